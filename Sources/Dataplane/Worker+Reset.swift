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
    unsafe forget(frame.pointee.place, tables)
    let mbuf = unsafe frame.pointee.mbuf
    let length = unsafe Rejection.answer(
      frame.pointee.data, frame.pointee.parsed, contiguous: mbuf.contiguousLength, capacity: mbuf.capacity)
    guard length > 0 else { return drop(mbuf, .sessionKilled) }
    mbuf.setLength(length)
    send(mbuf, to: arrival, as: .answered)
  }

  /// Whether a session that a server's frame was found to belong to is that of a killed backend, and not over.
  @_noLocks
  mutating func isOfKilled(_ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    let entry = sessions[place]
    return unsafe isKilled(entry, tables) && !tables.pointee.rules.hasExpired(entry, at: clock.tick)
  }

  /// Whether a server's frame of a killed session can tell the client of its end.
  @_noLocks
  mutating func tellsEnd(
    _ frame: UnsafeMutablePointer<Frame>, _ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let event = unsafe frame.pointee.parsed.event
    // A server's own SYN is of no connection that the client knows.
    guard !event.isDatagram, !event.opensConnection else { return false }
    return unsafe tables.pointee.backend(of: entry).pointee.state.resets
  }

  /// What a server still sends for a killed session. The first segment ends it, and reaches the client as a reset:
  /// who only listens, as to a download, sends nothing that `reset` could answer. Over the budget the session stays
  /// for the server's next attempt.
  @_noLocks
  mutating func end(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let entry = sessions[place]
    let mbuf = unsafe frame.pointee.mbuf
    guard unsafe tellsEnd(frame, entry, tables) else { return drop(mbuf, .sessionKilled) }
    let service = unsafe tables.pointee.service(entry.service)
    if unsafe frame.pointee.parsed.event.isReset {
      unsafe handBack(frame, service, tables.pointee.backend(of: entry), to: entry.frontend)
      return unsafe forget(place, tables)
    }
    guard rejections.take() else { return drop(mbuf, .rejectRateLimited) }
    unsafe forget(place, tables)
    let length = unsafe Rejection.abort(
      frame.pointee.data, frame.pointee.parsed, as: service.pointee.vip, port: service.pointee.port)
    mbuf.setLength(length)
    send(mbuf, to: entry.frontend, as: .answered)
  }

  /// Frees the entry of a killed session.
  @_noLocks
  private mutating func forget(_ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>) {
    unsafe ended(sessions[place], tables, as: .sessionsKilled)
    sessions[place] = .free
  }
}
