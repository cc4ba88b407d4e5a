import Net
import Packet
import Tables

/// What `affinity: source_ip` would say of a new session: the memory is asked, and left as it is.
extension Worker {
  /// The choice of a frame without a session. Nil: another worker remembers.
  @_noLocks
  mutating func explainChoice(
    _ frame: UnsafeMutablePointer<Frame>, of index: ServiceIndex, _ mark: FrameMark,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation.Choice? {
    let service = unsafe tables.pointee.service(index)
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    var choice = unsafe Explanation.Choice(
      maglevSlot: tables.pointee.maglevSlot(of: service, for: client),
      backend: tables.pointee.choice(of: service, for: client))
    guard unsafe service.pointee.remembers else { return choice }
    if mark.reason == HandOverReason.chosen.rawValue {
      guard unsafe isChoosable(BackendIndex(mark.backend), of: index, tables) else { return choice }
      choice.backend = BackendIndex(mark.backend)
      choice.isRemembered = mark.isRemembered
      return choice
    }
    let owner = owner.owner(of: Endpoint(client.address, 0, .icmp))
    guard owner.rawValue == self.index.rawValue else { return nil }
    let place = memory(of: client.address, of: index)
    if unsafe !isForgotten(place, tables) {
      choice.backend = sessions[place].backend
      choice.isRemembered = true
    }
    return choice
  }

  /// On the way to who remembers the client's server.
  @_noLocks
  mutating func asking(_ client: Endpoint, _ tables: UnsafePointer<ForwardingTables>) -> Explanation {
    let memory = owner.owner(of: Endpoint(client.address, 0, .icmp))
    var explanation = unsafe Explanation(generation: tables.pointee.generation, owner: memory, verdict: .handedOver)
    explanation.mark = FrameMark(reason: HandOverReason.choose.rawValue)
    return explanation
  }

  /// As `answerChoice`: back to the owner of the flow.
  @_noLocks
  mutating func explainAnswer(
    _ frame: UnsafeMutablePointer<Frame>, ports: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    let parsed = unsafe frame.pointee.parsed
    var explanation = unsafe Explanation(
      generation: tables.pointee.generation, owner: owner.owner(of: parsed.sourceEndpoint), verdict: .handedOver)
    explanation.mark = FrameMark(reason: HandOverReason.chosen.rawValue, ports: ports)
    guard let index = unsafe rememberingService(of: parsed.destinationEndpoint, tables) else { return explanation }
    let place = memory(of: parsed.source, of: index)
    let stateless = unsafe tables.pointee.choice(of: tables.pointee.service(index), for: parsed.sourceEndpoint)
    explanation.mark.isRemembered = unsafe !isForgotten(place, tables)
    explanation.mark.backend = explanation.mark.isRemembered ? sessions[place].backend.rawValue : stateless.rawValue
    return explanation
  }
}
