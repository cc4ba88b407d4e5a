import Counters
import EAL
import Net
import Tables

/// Finding the sessions of frames: each in its first bucket, and, if it is not there, in the second, whose line is
/// asked for only then.
extension Worker {
  /// Looks the burst's frames up in their first buckets. No branch hangs on the result: frames go to
  /// `burst.hits` or `burst.misses`, places into them, and the second buckets of those that missed are on their way.
  /// What is found for a request to a backend itself, or for a reply of a backend of several services, may be another's.
  @_noLocks @inline(__always)
  mutating func find(_ count: Int, _ way: Way) -> (hits: Int, misses: Int) {
    var hits = 0
    var misses = 0
    for position in 0..<count {
      let frame = unsafe burst.frames + position
      let bucket = unsafe frame.pointee.buckets.first
      let lane = unsafe sessions.lane(of: match(frame, way), in: bucket)
      unsafe sort(frame, bucket, lane, &hits, &misses)
    }
    prefetchSeconds(misses)
    return (hits, misses)
  }

  /// Asks for the backends of the hits and for their counters: of thousands of services they are in no cache.
  @_noLocks
  mutating func prefetchBackends(_ hits: Int, _ tables: UnsafePointer<ForwardingTables>) {
    for index in 0..<hits {
      let entry = unsafe sessions[burst.hits[index].pointee.place]
      unsafe prefetch(UnsafeRawPointer(tables.pointee.backend(of: entry)))
    }
    for index in 0..<hits {
      let entry = unsafe sessions[burst.hits[index].pointee.place]
      unsafe prefetch(backendTally.line(of: tables.pointee.backend(of: entry).pointee.slot))
    }
  }

  /// Asks for the second buckets of the frames that are not in their first.
  @_noLocks @inline(__always)
  private mutating func prefetchSeconds(_ misses: Int) {
    for index in 0..<misses {
      unsafe sessions.prefetchBucket(burst.misses[index].pointee.buckets.second)
    }
  }

  /// Notes a frame as found or not found.
  @_noLocks @inline(__always)
  private mutating func sort(
    _ frame: UnsafeMutablePointer<Frame>, _ bucket: UInt32, _ lane: BucketLane, _ hits: inout Int, _ misses: inout Int
  ) {
    // Without an entry nobody asks for the place.
    unsafe frame.pointee.place = SessionPlace(bucket: bucket, lane: lane.rawValue)
    // Both lists have room for a burst and one more.
    unsafe burst.hits[hits] = frame
    unsafe burst.misses[misses] = frame
    hits &+= 1 &- lane.misses
    misses &+= lane.misses
  }

  /// What the entry of a frame's session says.
  @_noLocks @inline(__always)
  mutating func match(_ frame: UnsafeMutablePointer<Frame>, _ way: Way) -> SessionMatch {
    let parsed = unsafe frame.pointee.parsed
    let claim = unsafe frame.pointee.claim
    return switch way {
    case .request: .request(from: parsed.sourceEndpoint, of: claim)
    case .byMAC: .byMAC(from: parsed.sourceEndpoint, of: claim, port: parsed.destinationPort)
    case .reply: .reply(to: parsed.destinationEndpoint, fromPort: parsed.sourcePort, of: claim)
    }
  }

  /// One request's session in either of its buckets, or `.none`: for the slow path.
  @_noLocks
  mutating func findRequest(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>)
    -> SessionPlace
  {
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    let claim = unsafe frame.pointee.claim
    if claim.isTranslated { return unsafe find(.request(from: client, to: claim.service, kind: .flow), frame) }
    if claim.isByMAC { return unsafe find(match(frame, .byMAC), frame) }
    return unsafe find(.direct(from: client, to: tables.pointee.membership(claim.membership)), frame)
  }

  /// The session that says this, in either of a frame's buckets, or `.none`.
  @_noLocks
  mutating func find(_ match: SessionMatch, _ frame: UnsafeMutablePointer<Frame>) -> SessionPlace {
    let buckets = unsafe frame.pointee.buckets
    let first = sessions.find(match, in: buckets.first)
    return first.isNone ? sessions.find(match, in: buckets.second) : first
  }

  /// One reply's session in either of its buckets, or `.none`: for the slow path. Of several it is one that has not
  /// expired, if there is one.
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
    let parsed = unsafe frame.pointee.parsed
    var found = SessionPlace.none
    var rest = sessions.matches(.reply(to: parsed.destinationEndpoint, fromPort: parsed.sourcePort), in: bucket)
    while rest != 0 {
      let place = SessionPlace(bucket: bucket, lane: UInt32(rest.trailingZeroBitCount))
      rest &= rest &- 1
      let entry = sessions[place]
      // The entry names its backend; the address is the backend's.
      guard unsafe address(of: entry, tables).rawValue == parsed.source.rawValue else { continue }
      found = place
      if unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick) { return found }
    }
    return found
  }
}
