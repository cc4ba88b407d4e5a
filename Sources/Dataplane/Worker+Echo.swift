import EAL
import Net
import Packet
import Tables

/// Pings of VIPs that Sluice answers itself (`echo`), without a backend and without a session.
extension Worker {
  /// What becomes of an echo request.
  enum EchoVerdict {
    /// As with any request, a backend answers it.
    case forBackend
    /// No backend takes sessions, and Sluice answers only while one does.
    case refused(ServiceIndex)
    case answered(ServiceIndex)
  }

  /// Settles a request that Sluice answers, or that gets no answer. False: it is for a backend. Not inlined: few
  /// frames are echoes.
  @_noLocks @inline(never)
  mutating func settleEcho(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let mbuf = unsafe frame.pointee.mbuf
    switch unsafe echoVerdict(frame, tables) {
    case .forBackend: return false
    case .refused(let index): unsafe refuse(frame, tables.pointee.service(index).pointee.emptyAction, tables)
    case .answered:
      if !echoes.take() {
        drop(mbuf, .echoRateLimited)
      } else if unsafe EchoReply.answer(frame.pointee.data, frame.pointee.parsed) {
        send(mbuf, to: arrival, as: .answered)
      } else {
        drop(mbuf, .echoUnanswerable)
      }
    }
    return true
  }

  /// Who answers an echo request. A frame to another MAC address than that of a `dsr` service's VIP is left to the path,
  /// which drops it.
  @_noLocks
  mutating func echoVerdict(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> EchoVerdict {
    let claim = unsafe tables.pointee.endpoints.claim(of: frame.pointee.parsed.destinationEndpoint)
    guard claim.isService else { return .forBackend }
    unsafe frame.pointee.claim = claim
    if claim.isByMAC, unsafe !isForVIP(frame, tables) { return .forBackend }
    let service = unsafe tables.pointee.service(claim.service)
    switch unsafe service.pointee.echoAction {
    case .backend: return .forBackend
    case .itselfWhileUsable where unsafe service.pointee.isEmpty: return .refused(claim.service)
    case .itself, .itselfWhileUsable: return .answered(claim.service)
    }
  }

  /// What `settleEcho` would do; nil: the request is for a backend.
  @_noLocks
  mutating func explainEcho(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation? {
    guard unsafe tables.pointee.answersEchoes else { return nil }
    var explanation = unsafe verdict(.answered, tables)
    switch unsafe echoVerdict(frame, tables) {
    case .forBackend: return nil
    case .refused(let index):
      explanation.service = index
      let action = unsafe tables.pointee.service(index).pointee.emptyAction
      return unsafe explainRefusal(explanation, frame, data, action, tables)
    case .answered(let index):
      explanation.service = index
      if echoes.isSpent {
        explanation.verdict = .dropped(.echoRateLimited)
      } else if unsafe EchoReply.answer(data, frame.pointee.parsed) {
        explanation.exit = arrival
      } else {
        explanation.verdict = .dropped(.echoUnanswerable)
      }
      return explanation
    }
  }
}
