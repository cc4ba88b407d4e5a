import EAL
import Net
import Tables

/// What would become of a flow whose ports are in use between the same client and server.
extension Worker {
  /// Another server, if there is one and the flow can be remembered; else a refusal.
  @_noLocks
  mutating func explainClash(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer,
    _ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    guard let other = unsafe elsewhere(than: entry, frame, tables), unsafe hasRoom(for: other, frame, tables) else {
      return unsafe explainRefusal(explanation, frame, data)
    }
    var explanation = explanation
    explanation.makesSession = true
    return unsafe forwarded(explanation, frame, to: other.backend, tables)
  }

  /// What `refuseClash` would do.
  @_noLocks
  mutating func explainRefusal(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer
  ) -> Explanation {
    var explanation = explanation
    guard unsafe !frame.pointee.parsed.event.isDatagram else {
      explanation.verdict = .dropped(.portInUse)
      return explanation
    }
    guard !rejections.isSpent else {
      explanation.verdict = .dropped(.rejectRateLimited)
      return explanation
    }
    return unsafe refused(explanation, .portInUse, .portInUse, frame, data)
  }
}
