import EAL
import Net

/// The sessions of one worker: 16-byte entries, four to a 64-byte bucket, two candidate buckets for each
/// client endpoint, the first preferred (design decision D2). Fixed memory; no chains, no resize.
///
/// Only its worker reads and writes it, so an insert may move entries to their other bucket: an entry's
/// place is good until the next insert.
@safe @frozen
public struct SessionTable: ~Copyable {
  @usableFromInline let memory: HugeMemory
  @usableFromInline let entries: UnsafeMutablePointer<SessionEntry>
  /// Buckets of four entries.
  public let bucketCount: UInt32
  @usableFromInline let hash: KeyedHash

  /// Share of the entries in use at which an insert still finds a place, with at most three moves (none of ten million
  /// fails: `sluice-bench --table`). The capacity that is asked for is reached at this fill.
  public static let designFill = 0.87

  /// Bytes for `capacity` flows: 18.4 each.
  public static func byteCount(capacity: Int) -> Int { Int(buckets(for: capacity)) * 64 }

  static func buckets(for capacity: Int) -> UInt32 {
    UInt32((Double(capacity) / designFill / 4).rounded(.up))
  }

  /// - Parameters:
  ///   - capacity: flows, at most 2^30.
  ///   - hash: the bucket hash; its key should be known to nobody.
  ///   - socket: NUMA node, or -1 for any.
  /// - Throws: `EALError` when the node has not that much memory left.
  public init(capacity: Int, hash: KeyedHash, socket: Int32) throws(EALError) {
    bucketCount = Self.buckets(for: capacity)
    memory = try HugeMemory(
      byteCount: Self.byteCount(capacity: capacity), socket: socket, purpose: "a session table of \(capacity) flows")
    unsafe entries = memory.base.bindMemory(to: SessionEntry.self, capacity: Int(bucketCount) * 4)
    self.hash = hash
  }

  /// Entries that fit, above the capacity that was asked for.
  public var entryCount: Int { Int(bucketCount) * 4 }

  /// The two buckets where a client endpoint's sessions can be.
  @_noLocks @inlinable @inline(__always)
  public func buckets(for client: Endpoint) -> BucketPair {
    let value = hash(client.packed)
    return BucketPair(
      first: reduce(UInt32(truncatingIfNeeded: value), below: bucketCount),
      second: reduce(UInt32(truncatingIfNeeded: value >> 32), below: bucketCount))
  }

  @_noLocks @inlinable @inline(__always)
  public func prefetchBucket(_ bucket: UInt32) {
    // Below `bucketCount`, as every bucket number made here.
    unsafe prefetch(UnsafeRawPointer(entries + Int(bucket) &* 4))
  }

  /// Which of the bucket's four entries is the first that matches.
  ///
  /// No branch hangs on the answer, since one flow in five is in its second bucket, and nobody can predict which.
  @_noLocks @inlinable @inline(__always)
  public func lane(of match: SessionMatch, in bucket: UInt32) -> BucketLane {
    // Below `bucketCount`: four entries of one line.
    let line = unsafe UnsafeRawPointer(entries + Int(bucket) &* 4)
    return unsafe BucketLane(
      rawValue: firstMatch(
        line, low: match.endpoints, lowMask: match.endpointsMask, high: match.tag, highMask: match.tagMask))
  }

  /// The bucket's first entry that matches, or `.none`.
  @_noLocks @inlinable
  public func find(_ match: SessionMatch, in bucket: UInt32) -> SessionPlace {
    let lane = lane(of: match, in: bucket)
    return lane.isNone ? .none : SessionPlace(bucket: bucket, lane: lane.rawValue)
  }

  /// Whether none of a client endpoint's buckets has an entry of it: of whatever service, kind and server.
  @_noLocks @inlinable @inline(__always)
  public func isStranger(_ client: Endpoint, in buckets: BucketPair) -> Bool {
    let match = SessionMatch.any(of: client)
    return lane(of: match, in: buckets.first).isNone && lane(of: match, in: buckets.second).isNone
  }

  /// All of the bucket's entries that match, as the low bits of a mask.
  @_noLocks @inlinable
  public func matches(_ match: SessionMatch, in bucket: UInt32) -> UInt32 {
    var mask: UInt32 = 0
    for lane in 0..<UInt32(4) where match.matches(self[SessionPlace(bucket: bucket, lane: lane)]) { mask |= 1 << lane }
    return mask
  }

  /// The entry at a place.
  @inlinable @inline(__always)
  public subscript(place: SessionPlace) -> SessionEntry {
    @_noLocks get { unsafe entries[Int(place.rawValue)] }
    @_noLocks nonmutating set { unsafe entries[Int(place.rawValue)] = newValue }
  }

  /// Notes a packet of the entry at a place, which is an active session's and stays it.
  @_noLocks @inlinable @inline(__always)
  public func touchActive(_ place: SessionPlace, at moment: Moment) {
    let entry = unsafe entries + Int(place.rawValue)
    unsafe entry.pointee.tag = moment.touched(entry.pointee.tag)
  }

  /// Notes a packet of the entry at a place.
  @_noLocks @inlinable @inline(__always)
  public func touch(_ place: SessionPlace, _ progress: SessionProgress, at now: Tick) {
    let entry = unsafe entries + Int(place.rawValue)
    unsafe entry.pointee.tag = entry.pointee.touched(progress, at: now).tag
  }
}

/// The two candidate buckets of a client endpoint.
@frozen
public struct BucketPair: Equatable, Sendable {
  public var first: UInt32
  public var second: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(first: UInt32, second: UInt32) {
    self.first = first
    self.second = second
  }
}

/// Which entry of a bucket, or none.
@frozen
public struct BucketLane: Equatable, Sendable {
  /// 0 to 3; 4: none.
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// 1 for none, else 0: what a count of those not found grows by.
  @inlinable @inline(__always)
  public var misses: Int { @_noLocks get { Int(rawValue >> 2) } }

  @inlinable @inline(__always)
  public var isNone: Bool { @_noLocks get { rawValue == 4 } }
}

/// Where an entry is; good until the next insert.
@frozen
public struct SessionPlace: Equatable, Sendable {
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(bucket: UInt32, lane: UInt32) { rawValue = bucket &* 4 &+ lane }

  @_noLocks @inlinable @inline(__always)
  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// No entry.
  @inlinable @inline(__always)
  public static var none: Self { @_noLocks get { Self(rawValue: .max) } }

  /// No entry, nor any other of the client's endpoint.
  @inlinable @inline(__always)
  public static var stranger: Self { @_noLocks get { Self(rawValue: .max &- 1) } }

  @inlinable @inline(__always)
  public var isNone: Bool { @_noLocks get { rawValue >= .max &- 1 } }

  @inlinable @inline(__always)
  public var isStranger: Bool { @_noLocks get { rawValue == .max &- 1 } }
}
