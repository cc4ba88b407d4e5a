import Counters
import EAL
import Net
import Packet
import Tables

/// Sessions of backends that were killed and whose clients are to be told (`on_kill: reset`).
extension Worker {
  /// Whether the frame belongs to such a session. A SYN does not: it wishes for a new one.
  @_noLocks
  mutating func isReset(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    guard unsafe tables.pointee.hasKilled, unsafe frame.pointee.claim.isService,
      unsafe !frame.pointee.place.isNone
    else { return false }
    let entry = unsafe sessions[frame.pointee.place]
    let parsed = unsafe frame.pointee.parsed
    guard !parsed.event.isDatagram, !parsed.event.opensConnection else { return false }
    guard unsafe tables.pointee.backend(of: entry).pointee.state.resets else { return false }
    return unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick)
  }

  /// Ends the session, and answers as a server that does not know it.
  @_noLocks
  mutating func reset(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let place = unsafe frame.pointee.place
    unsafe ended(sessions[place], tables, as: .sessionsKilled)
    sessions[place] = .free
    let mbuf = unsafe frame.pointee.mbuf
    let length = unsafe Rejection.answer(
      frame.pointee.data, frame.pointee.parsed, contiguous: mbuf.contiguousLength, capacity: mbuf.capacity)
    guard length > 0 else { return drop(mbuf, .sessionKilled) }
    mbuf.setLength(length)
    send(mbuf, to: arrival, as: .answered)
  }
}
