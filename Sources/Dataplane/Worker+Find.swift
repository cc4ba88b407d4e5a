import Net
import Tables

/// Finding the sessions of frames.
extension Worker {
  /// Looks the burst's frames up: in the first bucket, and, for those not found there, in the second, whose
  /// line is asked for only then. Leaves positions in `burst.hits` and `burst.misses`.
  @_noLocks @inline(__always)
  mutating func find(
    _ count: Int, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> (hits: Int, misses: Int) {
    var hits = 0
    var misses = 0
    for position in 0..<count {
      let frame = unsafe burst.frames + position
      let buckets = unsafe frame.pointee.buckets
      let mask = unsafe matches(frame, in: buckets.first, fromClients: fromClients, tables)
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
      let mask = unsafe matches(frame, in: bucket, fromClients: fromClients, tables)
      unsafe settle(frame, position, mask, bucket, &hits, &misses)
    }
    return (hits, misses)
  }

  /// Which of a bucket's entries are the frame's.
  @_noLocks @inline(__always)
  private mutating func matches(
    _ frame: UnsafeMutablePointer<Frame>, in bucket: UInt32, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> UInt32 {
    if fromClients { return unsafe sessions.matches(frame.pointee.match, in: bucket) }
    return unsafe replyMatches(frame, in: bucket, tables)
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
}
