import Net

/// Maps a hash to a backend: weighted Maglev (Eisenbud et al., NSDI 2016, section 3.4). Immutable once
/// built; a view whose memory the table set owns.
@safe @frozen
public struct MaglevTable {
  @usableFromInline let slots: UnsafeMutablePointer<BackendIndex>
  /// Slots; 0: no backend takes new sessions.
  public let count: UInt32

  /// Copies a finished population; `deallocate` frees it.
  init(_ population: [BackendIndex]) {
    unsafe slots = .allocate(capacity: max(1, population.count))
    for (slot, backend) in population.enumerated() { unsafe (slots + slot).initialize(to: backend) }
    count = UInt32(population.count)
  }

  func deallocate() { unsafe slots.deallocate() }

  /// The backend of a hash, of which the upper half counts. Not to be asked of an empty table.
  @_noLocks @inlinable @inline(__always)
  public func backend(for hash: UInt64) -> BackendIndex {
    // In range: the high half of a 32 x 32 product is below `count`.
    unsafe slots[Int(slot(for: hash))]
  }

  /// The backend of a slot below `count`.
  @_noLocks
  func backend(in slot: UInt32) -> BackendIndex { unsafe slots[Int(slot)] }

  /// The slot of a hash.
  @_noLocks @inlinable @inline(__always)
  public func slot(for hash: UInt64) -> UInt32 { reduce(UInt32(truncatingIfNeeded: hash >> 32), below: count) }
}
