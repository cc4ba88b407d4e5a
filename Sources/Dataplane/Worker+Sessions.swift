import Counters
import EAL
import Net
import Tables

/// Owning, storing and ageing of sessions.
extension Worker {
  /// Whether this worker owns the client's flows; if not, the frame is on its way to the one that does.
  @_noLocks @inline(__always)
  mutating func isOwn(_ client: Endpoint, _ frame: UnsafeMutablePointer<Frame>) -> Bool {
    let owner = owner.owner(of: client)
    if owner.rawValue == index.rawValue { return true }
    unsafe handOver(frame.pointee.mbuf, to: owner)
    return false
  }

  /// Whether the table is fuller than it was made for.
  var isCrowded: Bool { @_noLocks get { tally.now(.sessionsActive) > crowd } }

  /// Stores an entry: in place of one of the same flow that no longer counts (`frame.place`), or wherever
  /// there is room. Counts it, and settles what it replaced.
  ///
  /// - Returns: whether there was room.
  @_noLocks @discardableResult
  mutating func store(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let stale = unsafe frame.pointee.place
    let slot = unsafe tables.pointee.backend(of: entry).pointee.slot
    unsafe endTwins(of: entry, in: frame.pointee.buckets.first, except: stale, tables)
    unsafe endTwins(of: entry, in: frame.pointee.buckets.second, except: stale, tables)
    if !stale.isNone {
      unsafe ended(sessions[stale], tables, as: ending(of: sessions[stale], tables))
      sessions[stale] = entry
    } else {
      let insertion = unsafe sessions.insert(
        entry, into: frame.pointee.buckets, rules: tables.pointee.rules, now: clock.tick,
        isCrowded: isCrowded)
      guard !insertion.place.isNone else {
        tally.add(.sessionsNotStored)
        if !entry.kind.isDirect { backendTally.wentStateless(slot) }
        return false
      }
      if !insertion.evicted.isFree {
        let hasExpired = unsafe tables.pointee.rules.hasExpired(insertion.evicted, at: clock.tick)
        unsafe ended(insertion.evicted, tables, as: hasExpired ? .sessionsExpired : .sessionsEvicted)
      }
    }
    tally.add(.sessionsCreated)
    tally.add(.sessionsActive)
    if entry.kind.isDirect { backendTally.directBegan(slot) } else { backendTally.sessionBegan(slot) }
    return true
  }

  /// Frees a bucket's other entries with the same two ends, client and server, that are over or about to be: a
  /// client's port that comes round by another road, to the VIP or to the server itself. The server knows one
  /// flow of these ends, and its replies are those of the new one.
  @_noLocks
  private mutating func endTwins(
    of entry: SessionEntry, in bucket: UInt32, except stale: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let match = SessionMatch.reply(to: entry.client, fromPort: entry.serverPort)
    if sessions.lane(of: match, in: bucket).isNone { return }
    var rest = sessions.matches(match, in: bucket)
    while rest != 0 {
      let place = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
      let other = sessions[place]
      guard place.rawValue != stale.rawValue, unsafe isTwin(other, of: entry, tables) else { continue }
      unsafe ended(other, tables, as: ending(of: other, tables))
      sessions[place] = .free
    }
  }

  /// Whether an entry with the same two ports is of the same two ends, and over or about to be.
  @_noLocks
  private mutating func isTwin(
    _ other: SessionEntry, of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let isOver = unsafe other.progress.phase.isClosing || tables.pointee.rules.hasExpired(other, at: clock.tick)
    guard unsafe isOver || isKilled(other, tables) else { return false }
    // Servers that return directly have no address here, and no replies that could be taken for another's.
    let address = unsafe address(of: entry, tables)
    return unsafe address.rawValue != 0 && self.address(of: other, tables).rawValue == address.rawValue
  }

  /// Whether `endTwins` would free a place of the bucket.
  @_noLocks
  mutating func hasTwin(
    of entry: SessionEntry, in bucket: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    var rest = sessions.matches(.reply(to: entry.client, fromPort: entry.serverPort), in: bucket)
    while rest != 0 {
      let place = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
      if unsafe isTwin(sessions[place], of: entry, tables) { return true }
    }
    return false
  }

  @_noLocks @inline(__always)
  mutating func address(of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> IPv4Address {
    unsafe tables.pointee.backend(of: entry).pointee.address
  }

  /// Whether it is a session of a backend that was killed. A client that talks to the backend itself is not.
  @_noLocks @inline(__always)
  mutating func isKilled(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    unsafe !entry.kind.isDirect && tables.pointee.backend(of: entry).pointee.state.isKilled
  }

  /// Under what the end of an entry is counted that time or a kill has ended.
  @_noLocks
  mutating func ending(of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Counter {
    unsafe isKilled(entry, tables) ? .sessionsKilled : .sessionsExpired
  }

  /// Takes an entry that is gone out of the gauges.
  @_noLocks
  mutating func ended(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>, as ending: Counter) {
    tally.add(.sessionsActive, -1)
    tally.add(ending)
    let slot = unsafe tables.pointee.backend(of: entry).pointee.slot
    if entry.kind.isDirect { backendTally.directEnded(slot) } else { backendTally.sessionEnded(slot) }
  }

  /// Ages the buckets whose turn it is. Returns whether anything was freed.
  @_noLocks
  mutating func sweepSessions(_ tables: UnsafePointer<ForwardingTables>) -> Bool {
    unsafe sweepSessions(in: sweep.next(clock.tick), tables)
  }

  /// Whether the sweep may free it: expired, or of a killed backend whose clients need not be told.
  @_noLocks @inline(__always)
  private mutating func isOver(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    if unsafe tables.pointee.rules.hasExpired(entry, at: clock.tick) { return true }
    guard unsafe tables.pointee.hasKilled, unsafe isKilled(entry, tables) else { return false }
    return unsafe !tables.pointee.backend(of: entry).pointee.state.resets
  }

  /// Frees the expired entries of some buckets. Returns whether there were any.
  @_noLocks @discardableResult
  mutating func sweepSessions(in buckets: Range<UInt32>, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    var isChanged = false
    for bucket in buckets {
      for lane in 0..<UInt32(4) {
        let place = SessionPlace(bucket: bucket, lane: lane)
        let entry = sessions[place]
        guard !entry.isFree, unsafe isOver(entry, tables) else { continue }
        unsafe ended(entry, tables, as: ending(of: entry, tables))
        sessions[place] = .free
        isChanged = true
      }
    }
    return isChanged
  }
}
