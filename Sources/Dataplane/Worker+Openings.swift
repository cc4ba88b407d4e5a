import Counters
import EAL
import Net
import Packet
import Tables

/// Observation (behaviour 87): how the servers of observed services take new sessions. Every connection that was counted as
/// attempted comes to one end: answered, refused, unreachable or abandoned; one without an end was not answered.
///
/// All of it is on the slow path: a session is marked as it is stored (`SessionProgress.watched`), the hit path leaves
/// marked ones alone, and their first packet that says anything takes the mark off.
extension Worker {
  /// A session of an observed service was stored.
  @_noLocks @inline(never)
  mutating func began(_ entry: SessionEntry, _ slot: BackendSlot, _ frame: UnsafeMutablePointer<Frame>) {
    guard entry.transport.isTCP else { return backendTally.add(.datagramsBegan, slot) }
    backendTally.add(.attempted, slot)
    unsafe openings.note(opening(entry), frame.pointee.buckets.first, at: clock.now)
  }

  /// The client of an observed connection has sent something more, and it is on its way.
  ///
  /// - Parameter entry: as it was before, with its mark.
  @_noLocks
  mutating func said(
    _ frame: UnsafeMutablePointer<Frame>, of entry: SessionEntry, _ place: SessionPlace,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    let event = unsafe frame.pointee.parsed.event
    let slot = unsafe tables.pointee.backend(of: entry).pointee.slot
    // Which of two SYNs an answer would be for, nobody knows (Karn's algorithm, RFC 6298, section 3).
    _ = unsafe openings.take(opening(entry), frame.pointee.buckets.first, at: clock.now)
    if event.opensConnection {
      backendTally.add(.repeated, slot)
      sessions[place] = sessions[place].watched
    } else {
      let hasGoneOn = unsafe frame.pointee.claim.isByMAC && !event.isReset
      backendTally.add(hasGoneOn ? .answered : .abandoned, slot)
    }
  }

  /// The server of an observed connection is heard for the first time: takes the mark off.
  @_noLocks @inline(never)
  mutating func heard(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let entry = sessions[place]
    // Too late: it stays without an end.
    guard unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick) else { return }
    sessions[place] = entry.unwatched
    let event = unsafe frame.pointee.parsed.event
    let slot = unsafe tables.pointee.backend(of: entry).pointee.slot
    let time = unsafe openings.take(opening(entry), frame.pointee.buckets.first, at: clock.now)
    if event.isReset { return backendTally.add(.refused, slot) }
    backendTally.add(.answered, slot)
    if event.isSyn, time != .max { backendTally.addAnswer(slot, microseconds: time) }
  }

  /// An ICMP error is on its way to the client. Counted once a session, and only before its server was heard, so that who
  /// sends many errors says no more than one.
  @_noLocks
  mutating func notReached(
    _ frame: UnsafeMutablePointer<Frame>, _ backend: UnsafePointer<BackendRecord>,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    let place = unsafe frame.pointee.place
    guard !place.isNone, sessions[place].progress.isWatched else { return }
    let entry = sessions[place]
    guard unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick),
      unsafe QuoteParser.saysUnreachable(frame.pointee.data, frame.pointee.parsed)
    else { return }
    sessions[place] = entry.unwatched
    unsafe backendTally.add(entry.transport.isTCP ? .unreachable : .datagramsUnreachable, backend.pointee.slot)
  }

  /// An observed connection has lost its entry to another: what its server answers will not be seen.
  @_noLocks
  mutating func abandoned(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) {
    unsafe backendTally.add(.abandoned, tables.pointee.backend(of: entry).pointee.slot)
  }

  /// The client and the service of an entry, in one word.
  @_noLocks
  private func opening(_ entry: SessionEntry) -> UInt64 {
    // A packed endpoint has its transport in the lowest two bits, and nothing in the 14 above them.
    entry.client.packed | UInt64(entry.service.rawValue) << 2
  }
}
