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

  /// Stores an entry: in place of one of the same flow that no longer counts (`frame.place`), or wherever
  /// there is room. Counts it, and settles what it replaced.
  ///
  /// - Parameter slot: the backend that is to be counted for; nil for direct flows.
  /// - Returns: whether there was room.
  @_noLocks @discardableResult
  mutating func store(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ slot: BackendSlot?,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let stale = unsafe frame.pointee.place
    unsafe endTwins(of: entry, in: frame.pointee.buckets.first, except: stale, tables)
    unsafe endTwins(of: entry, in: frame.pointee.buckets.second, except: stale, tables)
    if !stale.isNone {
      unsafe ended(sessions[stale], tables, isEvicted: false)
      sessions[stale] = entry
    } else {
      let insertion = unsafe sessions.insert(
        entry, into: frame.pointee.buckets, rules: tables.pointee.rules, now: clock.tick)
      guard !insertion.place.isNone else {
        tally.add(.sessionsNotStored)
        if let slot { backendTally.wentStateless(slot) }
        return false
      }
      if !insertion.evicted.isFree {
        let hasExpired = unsafe tables.pointee.rules.hasExpired(insertion.evicted, at: clock.tick)
        unsafe ended(insertion.evicted, tables, isEvicted: !hasExpired)
      }
    }
    tally.add(.sessionsCreated)
    tally.add(.sessionsActive)
    if let slot { backendTally.sessionBegan(slot) }
    return true
  }

  /// Frees a bucket's other entries with the same two ends, client and server, that are over or about to be: a
  /// client's port that comes round by another road, to the VIP or to the server itself. The server knows one
  /// flow of these ends, and its replies are those of the new one.
  @_noLocks
  private mutating func endTwins(
    of entry: SessionEntry, in bucket: UInt32, except stale: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    var rest = sessions.matches(.reply(to: entry.client, fromPort: entry.serverPort), in: bucket)
    while rest != 0 {
      let place = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
      let other = sessions[place]
      let isOver = unsafe other.progress.phase.isClosing || tables.pointee.rules.hasExpired(other, at: clock.tick)
      guard isOver, place.rawValue != stale.rawValue,
        unsafe address(of: other, tables).rawValue == address(of: entry, tables).rawValue
      else { continue }
      unsafe ended(other, tables, isEvicted: false)
      sessions[place] = .free
    }
  }

  @_noLocks @inline(__always)
  mutating func address(of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> IPv4Address {
    unsafe tables.pointee.backend(tables.pointee.service(entry.service).pointee.slot(of: entry.backend)).pointee.address
  }

  /// Takes an entry that is gone out of the gauges.
  @_noLocks
  mutating func ended(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>, isEvicted: Bool) {
    tally.add(.sessionsActive, -1)
    tally.add(isEvicted ? .sessionsEvicted : .sessionsExpired)
    guard !entry.kind.isDirect else { return }
    unsafe backendTally.sessionEnded(tables.pointee.service(entry.service).pointee.slot(of: entry.backend))
  }

  /// Ages the buckets whose turn it is. Returns whether anything was freed.
  @_noLocks
  mutating func sweepSessions(_ tables: UnsafePointer<ForwardingTables>) -> Bool {
    unsafe sweepSessions(in: sweep.next(clock.tick), tables)
  }

  /// Frees the expired entries of some buckets. Returns whether there were any.
  @_noLocks @discardableResult
  mutating func sweepSessions(in buckets: Range<UInt32>, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    var isChanged = false
    for bucket in buckets {
      for lane in 0..<UInt32(4) {
        let place = SessionPlace(bucket: bucket, lane: lane)
        let entry = sessions[place]
        guard !entry.isFree, unsafe tables.pointee.rules.hasExpired(entry, at: clock.tick) else { continue }
        unsafe ended(entry, tables, isEvicted: false)
        sessions[place] = .free
        isChanged = true
      }
    }
    return isChanged
  }
}
