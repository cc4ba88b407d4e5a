import Synchronization

/// The one pointer between management and workers (read-copy-update). A worker loads it once a burst;
/// management exchanges it, waits for every worker's quiescent report, then frees what it got back.
///
/// A handle to one cell, which lives from `create` to `destroy`.
@safe @frozen
public struct Published: @unchecked Sendable {
  @usableFromInline let cell: UnsafeMutablePointer<Atomic<UInt>>

  /// A cell that publishes `tables`.
  public static func create(_ tables: UnsafeMutablePointer<ForwardingTables>) -> Published {
    let cell = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: 1)
    unsafe cell.initialize(to: Atomic(UInt(bitPattern: tables)))
    return unsafe Published(cell: cell)
  }

  init(cell: UnsafeMutablePointer<Atomic<UInt>>) { unsafe self.cell = cell }

  /// The current tables; valid until the caller's next quiescent report.
  @_noLocks @inlinable @inline(__always)
  public func current() -> UnsafePointer<ForwardingTables> {
    // Never null: the cell starts with tables and is only exchanged for others.
    unsafe UnsafePointer(bitPattern: cell.pointee.load(ordering: .acquiring)).unsafelyUnwrapped
  }

  /// Publishes other tables. Whoever owns the old ones frees them after a grace period.
  public func exchange(for tables: UnsafeMutablePointer<ForwardingTables>) {
    _ = unsafe cell.pointee.exchange(UInt(bitPattern: tables), ordering: .acquiringAndReleasing)
  }

  /// Frees the cell; nobody may load from it any more.
  public func destroy() {
    unsafe cell.deinitialize(count: 1)
    unsafe cell.deallocate()
  }
}
