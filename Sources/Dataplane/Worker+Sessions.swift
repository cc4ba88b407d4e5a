import Counters
import EAL
import Net
import Tables

/// Finding, storing and ageing of sessions.
extension Worker {
  /// Whether this worker owns the client's flows; if not, the frame is on its way to the one that does.
  @_noLocks @inline(__always)
  mutating func isOwn(_ client: Endpoint, _ frame: UnsafeMutablePointer<Frame>) -> Bool {
    let owner = owner.owner(of: client)
    if owner.rawValue == index.rawValue { return true }
    unsafe handOver(frame.pointee.mbuf, to: owner, arrival: frame.pointee.arrival)
    return false
  }

  /// Notes the classification, closes the gap that frames which left have made, and asks for the line of
  /// the first bucket.
  @_noLocks @inline(__always)
  mutating func keep(
    _ frame: UnsafeMutablePointer<Frame>, at position: Int, client: Endpoint, role: EndpointRole, match: SessionMatch
  ) {
    // `position` never overtakes the frame's own.
    let kept = unsafe burst.frames + position
    if unsafe kept != frame { unsafe kept.pointee = frame.pointee }
    let buckets = sessions.buckets(for: client)
    sessions.prefetchBucket(buckets.first)
    unsafe kept.pointee.role = role
    unsafe kept.pointee.match = match
    unsafe kept.pointee.buckets = buckets
  }

  // MARK: Find

  /// Looks the burst's frames up: in the first bucket, and, for those not found there, in the second, whose
  /// line is asked for only then. Leaves positions in `burst.hits` and `burst.misses`.
  @_noLocks @inline(__always)
  mutating func findRequests(_ count: Int) -> (hits: Int, misses: Int) {
    var hits = 0
    var misses = 0
    for position in 0..<count {
      let frame = unsafe burst.frames + position
      let buckets = unsafe frame.pointee.buckets
      let mask = unsafe sessions.matches(frame.pointee.match, in: buckets.first)
      unsafe settle(frame, position, mask, buckets.first, &hits, &misses)
      if mask == 0 { sessions.prefetchBucket(buckets.second) }
    }
    let second = misses
    misses = 0
    for miss in 0..<second {
      // Positions in `misses` are those of frames in the burst; `misses` never overtakes `miss`.
      let position = unsafe Int(burst.misses[miss])
      let frame = unsafe burst.frames + position
      let bucket = unsafe frame.pointee.buckets.second
      unsafe settle(frame, position, sessions.matches(frame.pointee.match, in: bucket), bucket, &hits, &misses)
    }
    return (hits, misses)
  }

  /// As `findRequests`; of the entries that match, the one whose backend has the frame's source address.
  @_noLocks @inline(__always)
  mutating func findReplies(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) -> (hits: Int, misses: Int) {
    var hits = 0
    var misses = 0
    for position in 0..<count {
      let frame = unsafe burst.frames + position
      let buckets = unsafe frame.pointee.buckets
      let mask = unsafe replyMatches(frame, in: buckets.first, tables)
      unsafe settle(frame, position, mask, buckets.first, &hits, &misses)
      if mask == 0 { sessions.prefetchBucket(buckets.second) }
    }
    let second = misses
    misses = 0
    for miss in 0..<second {
      let position = unsafe Int(burst.misses[miss])
      let frame = unsafe burst.frames + position
      let bucket = unsafe frame.pointee.buckets.second
      unsafe settle(frame, position, replyMatches(frame, in: bucket, tables), bucket, &hits, &misses)
    }
    return (hits, misses)
  }

  /// Notes a frame as found or not found.
  @_noLocks @inline(__always)
  private mutating func settle(
    _ frame: UnsafeMutablePointer<Frame>, _ position: Int, _ mask: UInt32, _ bucket: UInt32, _ hits: inout Int,
    _ misses: inout Int
  ) {
    // Both lists have room for a burst.
    if mask != 0 {
      unsafe frame.pointee.place = SessionPlace(bucket: bucket, lane: UInt32(mask.trailingZeroBitCount))
      unsafe burst.hits[hits] = UInt8(truncatingIfNeeded: position)
      hits &+= 1
    } else {
      unsafe burst.misses[misses] = UInt8(truncatingIfNeeded: position)
      misses &+= 1
    }
  }

  /// The bucket's entries that match a reply, less those of backends with another address.
  @_noLocks @inline(__always)
  private mutating func replyMatches(
    _ frame: UnsafeMutablePointer<Frame>, in bucket: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> UInt32 {
    var mask = unsafe sessions.matches(frame.pointee.match, in: bucket)
    var rest = mask
    while rest != 0 {
      let lane = UInt32(rest.trailingZeroBitCount)
      let entry = sessions[SessionPlace(bucket: bucket, lane: lane)]
      if unsafe address(of: entry, tables).rawValue != frame.pointee.parsed.source.rawValue { mask &= ~(1 << lane) }
      rest &= rest &- 1
    }
    return mask
  }

  /// One frame's look-up, for the slow path.
  @_noLocks
  mutating func findRequest(_ frame: UnsafeMutablePointer<Frame>) -> SessionPlace {
    let buckets = unsafe frame.pointee.buckets
    let first = unsafe sessions.matches(frame.pointee.match, in: buckets.first)
    if first != 0 { return SessionPlace(bucket: buckets.first, lane: UInt32(first.trailingZeroBitCount)) }
    let second = unsafe sessions.matches(frame.pointee.match, in: buckets.second)
    if second != 0 { return SessionPlace(bucket: buckets.second, lane: UInt32(second.trailingZeroBitCount)) }
    return .none
  }

  /// One reply's look-up, for the slow path: of several entries one that has not expired, if there is one.
  @_noLocks
  mutating func findReply(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>)
    -> SessionPlace
  {
    let first = unsafe findReply(frame, in: frame.pointee.buckets.first, tables)
    if !first.isNone, unsafe !tables.pointee.rules.hasExpired(sessions[first], at: clock.tick) { return first }
    let second = unsafe findReply(frame, in: frame.pointee.buckets.second, tables)
    return second.isNone ? first : second
  }

  @_noLocks
  private mutating func findReply(
    _ frame: UnsafeMutablePointer<Frame>, in bucket: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> SessionPlace {
    var found = SessionPlace.none
    var rest = unsafe replyMatches(frame, in: bucket, tables)
    while rest != 0 {
      found = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      if unsafe !tables.pointee.rules.hasExpired(sessions[found], at: clock.tick) { return found }
      rest &= rest &- 1
    }
    return found
  }

  // MARK: Store and age

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
  private func address(of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> IPv4Address {
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
