import CDPDKShim

/// Zeroed memory from DPDK's heap: on huge pages of one NUMA node where there are any, aligned to a
/// cache line. The owner of what it holds.
@safe @frozen
public struct HugeMemory: ~Copyable {
  public let base: UnsafeMutableRawPointer
  public let byteCount: Int

  /// - Throws: `EALError` when the node's heap has no such block left.
  public init(byteCount: Int, socket: Int32, purpose: String) throws(EALError) {
    guard let memory = unsafe sluice_zmalloc(byteCount, socket) else {
      throw .outOfMemory(what: "\(purpose) (\(byteCount >> 10) KiB)", errno: ENOMEM)
    }
    unsafe base = memory
    self.byteCount = byteCount
  }

  deinit { unsafe sluice_free(base) }
}
