import CDPDKShim

/// Places of an `MbufArray` that a loop fills or reads one after the other, without asking the array where it lies each time. Good
/// as long as the array.
@safe @frozen
public struct MbufSlots {
  @usableFromInline let base: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  @usableFromInline var next: UnsafeMutablePointer<UnsafeMutableRawPointer?>

  @_noLocks @inlinable @inline(__always)
  init(base: UnsafeMutablePointer<UnsafeMutableRawPointer?>) {
    unsafe self.base = unsafe base
    unsafe next = unsafe base
  }

  /// Mbufs put.
  @inlinable @inline(__always)
  public var count: Int { @_noLocks get { unsafe next - base } }

  /// Puts an mbuf at the next place. Together with where they begin at most as many as the array's capacity.
  @_noLocks @inlinable @inline(__always)
  public mutating func put(_ mbuf: Mbuf) {
    unsafe next.pointee = mbuf.raw
    unsafe next += 1
  }

  /// The mbuf at the next place, which must have been filled.
  @_noLocks @inlinable @inline(__always)
  public mutating func take() -> Mbuf {
    defer { unsafe next += 1 }
    return unsafe Mbuf(raw: next.pointee.unsafelyUnwrapped)
  }
}
