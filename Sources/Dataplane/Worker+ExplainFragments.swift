import Net
import Packet
import Tables

/// What would become of a fragment, as far as it is known: asks the tracker, and leaves it as it is.
extension Worker {
  /// What becomes of one that goes no further. Nil: its ports are known, and noted in the frame.
  @_noLocks
  mutating func explainFragment(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ mark: FrameMark, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation? {
    let header = unsafe FrameParser.fragment(data, frame.pointee.parsed)
    if mark.reason != 0 {
      unsafe label(frame, data, header, ports: mark.ports)
      return nil
    }
    guard unsafe isFollowed(header, fromClients: fromClients, tables) else {
      return unsafe unmatched(frame, .fragment, tables)
    }
    let key = FragmentKey(header, isFromClient: fromClients)
    if let other = unsafe otherOwner(of: Endpoint(key.client, 0, .icmp), tables) { return other }
    guard header.isSound else { return unsafe verdict(.dropped(.badFragment), tables) }
    return unsafe explainFit(frame, data, header, key, tables)
  }

  /// How it goes together with the others of its datagram.
  @_noLocks
  private mutating func explainFit(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ header: FragmentHeader,
    _ key: FragmentKey, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation? {
    let known = fragments.find(key)
    guard !known.isNone, !fragments.isDue(known, at: clock.tick) else {
      return unsafe explainNew(frame, data, header, key, .none, tables)
    }
    let state = fragments[known].state
    if state.isOverlapping { return unsafe verdict(.dropped(.fragmentOverlap), tables) }
    if state.isRefused { return unsafe verdict(.dropped(.badFragment), tables) }
    switch fragments.fit(header, in: known) {
    case .duplicate: return unsafe verdict(.dropped(.fragmentDuplicate), tables)
    case .scattered: return unsafe verdict(.dropped(.fragmentLimit), tables)
    case .overlap: return unsafe verdict(.dropped(.fragmentOverlap), tables)
    case .new: break
    }
    if state.isCrossing { return unsafe unmatched(frame, .fragment, tables) }
    if state.isLabelled {
      unsafe FrameParser.label(data, ports: fragments[known].ports, into: &frame.pointee.parsed)
      return nil
    }
    return unsafe explainNew(frame, data, header, key, known, tables)
  }

  /// The first of its datagram, or one that has to wait for it.
  @_noLocks
  private mutating func explainNew(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ header: FragmentHeader,
    _ key: FragmentKey, _ place: FragmentPlace, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation? {
    guard header.isFirst else {
      let hasNoRoom = yielding(toOneIn: place, of: key.client)?.isNone ?? false
      return unsafe verdict(hasNoRoom ? .dropped(.fragmentLimit) : .held, tables)
    }
    let outcome = unsafe FrameParser.firstFragment(
      data, contiguous: Int(frame.pointee.length), into: &frame.pointee.parsed)
    if case .malformed(let reason) = outcome { return unsafe verdict(.dropped(reason), tables) }
    return unsafe Self.isBalanced(outcome, fromClients: key.isFromClient) ? nil : unmatched(frame, .fragment, tables)
  }

  /// Notes the ends of a frame that travels, be it a fragment or not.
  @_noLocks
  private mutating func label(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ header: FragmentHeader, ports: UInt32
  ) {
    guard header.isFirst else { return unsafe FrameParser.label(data, ports: ports, into: &frame.pointee.parsed) }
    _ = unsafe FrameParser.firstFragment(data, contiguous: Int(frame.pointee.length), into: &frame.pointee.parsed)
  }

  /// What becomes of a frame with known ends, or of a fragment without a transport header among its like: that makes no
  /// session, and is never answered.
  @_noLocks
  mutating func explainFlow(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ mark: FrameMark, isRest: Bool,
    fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    if fromClients, unsafe tables.pointee.hasByMAC, unsafe !frame.pointee.parsed.transport.hasPorts {
      unsafe ignoreIdentifier(frame, tables)
    }
    let ports = unsafe UInt32(frame.pointee.parsed.sourcePort) << 16 | UInt32(frame.pointee.parsed.destinationPort)
    if mark.reason == HandOverReason.choose.rawValue { return unsafe explainAnswer(frame, ports: ports, tables) }
    var explanation = unsafe fromClients ? explainRequest(frame, data, mark, tables) : explainReply(frame, tables)
    switch explanation.verdict {
    case .handedOver:
      // To the owner of the flow; or from there to who remembers the client's server.
      if explanation.mark.reason == 0 { explanation.mark.reason = HandOverReason.fragment.rawValue }
      explanation.mark.ports = ports
    case .refused where isRest, .dropped(.rejectRateLimited) where isRest:
      explanation.verdict = .dropped(.noBackend)
      explanation.exit = nil
    default: break
    }
    if isRest { explanation.makesSession = false }
    return explanation
  }
}
