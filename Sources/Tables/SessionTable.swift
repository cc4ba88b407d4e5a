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

  /// Share of the entries in use at which an insert still finds a place, with at most two moves, all but a few
  /// times in a million (measured: 4; TablesTests). The capacity that is asked for is reached at this fill.
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

  /// Which of the bucket's four entries match, as the low bits of a mask.
  @_noLocks @inlinable @inline(__always)
  public func matches(_ match: SessionMatch, in bucket: UInt32) -> UInt32 {
    // Below `bucketCount`: four entries of one line.
    let line = unsafe entries + Int(bucket) &* 4
    let a: UInt32 = unsafe match.difference(line[0]) == 0 ? 1 : 0
    let b: UInt32 = unsafe match.difference(line[1]) == 0 ? 2 : 0
    let c: UInt32 = unsafe match.difference(line[2]) == 0 ? 4 : 0
    let d: UInt32 = unsafe match.difference(line[3]) == 0 ? 8 : 0
    return a | b | c | d
  }

  /// The entry at a place.
  @inlinable @inline(__always)
  public subscript(place: SessionPlace) -> SessionEntry {
    @_noLocks get { unsafe entries[Int(place.rawValue)] }
    @_noLocks nonmutating set { unsafe entries[Int(place.rawValue)] = newValue }
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

  @inlinable @inline(__always)
  public var isNone: Bool { @_noLocks get { rawValue == .max } }
}
