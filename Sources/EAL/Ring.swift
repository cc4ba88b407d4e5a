import CDPDKShim

/// An `rte_ring` of mbufs with many producers and one consumer. A producer that loses its CPU in the
/// middle of an enqueue does not hold up the others (RTS mode), since workers may share CPUs.
///
/// A handle: whoever created it destroys it.
@safe @frozen
public struct Ring {
  @usableFromInline let raw: UnsafeMutableRawPointer

  @inlinable
  init(raw: UnsafeMutableRawPointer) { unsafe self.raw = unsafe raw }

  /// Frames waiting; a momentary value.
  public var count: Int { unsafe Int(sluice_ring_count(raw)) }

  /// Makes a ring for at least `capacity` mbufs on a NUMA node.
  ///
  /// - Throws: `EALError` when there is no memory left.
  public static func create(name: String, capacity: Int, socket: Int32) throws(EALError) -> Ring {
    var size: UInt32 = 64
    while size <= UInt32(capacity) { size *= 2 }
    guard let raw = unsafe sluice_ring_create(name, size, socket) else {
      throw .outOfMemory(what: "ring \(name)", errno: sluice_errno())
    }
    return unsafe Ring(raw: raw)
  }

  /// Frees the ring; nobody may use it any more.
  public func destroy() { unsafe sluice_ring_free(raw) }
}
