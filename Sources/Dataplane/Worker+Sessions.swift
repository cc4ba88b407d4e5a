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
  @_noLocks
  mutating func store(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Storing {
    let stale = unsafe frame.pointee.place
    if !stale.isStranger {
      guard unsafe endTwins(of: entry, in: frame.pointee.buckets.first, except: stale, tables),
        unsafe endTwins(of: entry, in: frame.pointee.buckets.second, except: stale, tables)
      else { return .clash }
    }
    if stale.isNone {
      if entry.progress.phase.isOpening { unsafe opened(frame, tables) }
      if flood.isOn, unsafe isLeftOut(entry, tables) {
        unsafe leftOut(tables.pointee.backend(of: entry).pointee.slot)
        return .notStored
      }
    }
    guard unsafe put(entry, at: stale, in: frame.pointee.buckets, tables) else { return .notStored }
    if entry.progress.isWatched { unsafe began(entry, tables.pointee.backend(of: entry).pointee.slot, frame) }
    return .stored
  }

  /// Puts an entry in place of one that no longer counts, or wherever there is room. Counts it, and settles what it
  /// replaced. False: there is no room.
  @_noLocks @inline(__always)
  mutating func put(
    _ entry: SessionEntry, at stale: SessionPlace, in buckets: BucketPair, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let slot = unsafe tables.pointee.backend(of: entry).pointee.slot
    if stale.isNone {
      guard unsafe insert(entry, slot, buckets, tables) else { return false }
    } else {
      unsafe ended(sessions[stale], tables, as: ending(of: sessions[stale], tables))
      sessions[stale] = entry
    }
    tally.add(.sessionsCreated)
    tally.add(.sessionsActive)
    tally.raise(.sessionsPeak, to: .sessionsActive)
    if entry.kind.isFlow { backendTally.sessionBegan(slot) } else { backendTally.othersBegan(slot) }
    return true
  }

  /// Stores an entry wherever there is room, and settles what had to go. False: there is none.
  @_noLocks @inline(__always)
  private mutating func insert(
    _ entry: SessionEntry, _ slot: BackendSlot, _ buckets: BucketPair, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let insertion = unsafe sessions.insert(
      entry, into: buckets, rules: tables.pointee.rules, now: clock.tick, isCrowded: isCrowded)
    guard !insertion.place.isNone else {
      tally.add(.sessionsNotStored)
      if entry.kind.isFlow { backendTally.wentStateless(slot) }
      return false
    }
    if !insertion.evicted.isFree {
      let hasExpired = unsafe tables.pointee.rules.hasExpired(insertion.evicted, at: clock.tick)
      unsafe ended(insertion.evicted, tables, as: hasExpired ? .sessionsExpired : .sessionsEvicted)
      if !hasExpired, insertion.evicted.isAwaited { unsafe abandoned(insertion.evicted, tables) }
    }
    return true
  }

  /// Frees a bucket's other entries with the same two ends, client and server, that are over or about to be: a
  /// client's port that comes round by another road, to the VIP or to the server itself. The server knows one
  /// flow of these ends, and its replies are those of the new one.
  ///
  /// - Returns: whether none is left; one that lives stays.
  @_noLocks @inline(__always)
  private mutating func endTwins(
    of entry: SessionEntry, in bucket: UInt32, except stale: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let match = SessionMatch.reply(to: entry.client, fromPort: entry.serverPort)
    if sessions.lane(of: match, in: bucket).isNone { return true }
    return unsafe endTwins(of: entry, match, in: bucket, except: stale, tables)
  }

  @_noLocks
  private mutating func endTwins(
    of entry: SessionEntry, _ match: SessionMatch, in bucket: UInt32, except stale: SessionPlace,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    var rest = sessions.matches(match, in: bucket)
    while rest != 0 {
      let place = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
      let other = sessions[place]
      guard place.rawValue != stale.rawValue, unsafe hasSameServer(other, entry, tables) else { continue }
      guard unsafe isOverOrClosing(other, tables) else { return false }
      unsafe ended(other, tables, as: ending(of: other, tables))
      sessions[place] = .free
    }
    return true
  }

  /// Whether two entries of the same two ports are of one server.
  @_noLocks
  private mutating func hasSameServer(
    _ one: SessionEntry, _ other: SessionEntry, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    // Servers that return directly have no address here, and no replies that could be taken for another's.
    let address = unsafe address(of: one, tables)
    return unsafe address.rawValue != 0 && self.address(of: other, tables).rawValue == address.rawValue
  }

  /// Whether an entry is over or about to be.
  @_noLocks
  private mutating func isOverOrClosing(
    _ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    if unsafe entry.progress.phase.isClosing || tables.pointee.rules.hasExpired(entry, at: clock.tick) { return true }
    return unsafe isKilled(entry, tables)
  }

  /// Whether the bucket has another entry of the same two ends: one that `endTwins` would free, or one that lives.
  @_noLocks
  mutating func hasTwin(
    of entry: SessionEntry, in bucket: UInt32, isOver: Bool, except stale: SessionPlace,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    var rest = sessions.matches(.reply(to: entry.client, fromPort: entry.serverPort), in: bucket)
    while rest != 0 {
      let place = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
      let other = sessions[place]
      guard place.rawValue != stale.rawValue, unsafe hasSameServer(other, entry, tables) else { continue }
      if unsafe isOverOrClosing(other, tables) == isOver { return true }
    }
    return false
  }

  @_noLocks @inline(__always)
  mutating func address(of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> IPv4Address {
    unsafe tables.pointee.backend(of: entry).pointee.address
  }

  /// Whether it is a session of a backend that was killed. A client that talks to the backend itself is not, nor is a
  /// memory.
  @_noLocks @inline(__always)
  mutating func isKilled(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    unsafe entry.kind.isFlow && tables.pointee.backend(of: entry).pointee.state.isKilled
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
    if entry.kind.isFlow { backendTally.sessionEnded(slot) } else { backendTally.othersEnded(slot) }
  }

  /// Ages the buckets whose turn it is. Returns whether anything was freed.
  @_noLocks
  mutating func sweepSessions(_ tables: UnsafePointer<ForwardingTables>) -> Bool {
    unsafe sweepSessions(in: sweep.next(clock.tick), tables)
  }

  /// Whether the sweep may free it: expired, a memory that is forgotten, or of a killed backend whose clients need not
  /// be told.
  @_noLocks @inline(__always)
  private mutating func isOver(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    if unsafe tables.pointee.rules.hasExpired(entry, at: clock.tick) { return true }
    if entry.kind.isAffinity { return unsafe isForgotten(entry, tables) }
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
