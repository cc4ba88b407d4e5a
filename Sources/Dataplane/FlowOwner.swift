import Net

/// Which worker owns a flow: a function of the client's endpoint alone, since that is the end which
/// translation leaves the same in both directions (design decision D1).
///
/// This is the only truth about ownership. A NIC that can be made to agree delivers most frames to their
/// owner; the others travel over a ring.
@frozen
public struct FlowOwner: Sendable {
  @usableFromInline let workers: UInt32
  @usableFromInline let hash: KeyedHash
  /// In force where the ports hash in hardware.
  @usableFromInline let toeplitz: Toeplitz?

  /// Ownership by a keyed hash, for ports that cannot be taught.
  public init(workers: Int, hash: KeyedHash) {
    self.workers = UInt32(workers)
    self.hash = hash
    toeplitz = nil
  }

  /// Ownership as the ports' own RSS sees it.
  public init(workers: Int, toeplitz: Toeplitz) {
    self.workers = UInt32(workers)
    hash = KeyedHash(mask: 0, factor: 1)
    self.toeplitz = toeplitz
  }

  /// The owner of a client endpoint. For ICMP the address alone counts, as it does in RSS.
  @_noLocks @inlinable @inline(__always)
  public func owner(of client: Endpoint) -> WorkerIndex {
    guard workers > 1 else { return WorkerIndex(0) }
    if let toeplitz { return toeplitz.worker(of: client) }
    let word = client.transport.hasPorts ? client.packed : UInt64(client.address.rawValue)
    return WorkerIndex(UInt16(truncatingIfNeeded: reduce(UInt32(truncatingIfNeeded: hash(word) >> 32), below: workers)))
  }
}
