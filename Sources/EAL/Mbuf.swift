import CDPDKShim

/// A DPDK message buffer: one received frame and its metadata. Whoever holds it transmits it, hands it
/// on or frees it, exactly once.
@safe @frozen
public struct Mbuf {
  @usableFromInline let raw: UnsafeMutableRawPointer

  @_noLocks @inlinable @inline(__always)
  public init(raw: UnsafeMutableRawPointer) { unsafe self.raw = unsafe raw }

  /// First byte of the frame.
  @inlinable @inline(__always)
  public var data: UnsafeMutableRawPointer {
    @_noLocks get {
      // A live mbuf always has a data buffer.
      unsafe sluice_mbuf_data(raw).unsafelyUnwrapped
    }
  }

  /// Bytes of the frame in the first segment: what may be read at `data`.
  @inlinable @inline(__always)
  public var contiguousLength: Int { @_noLocks get { unsafe Int(sluice_mbuf_data_length(raw)) } }

  /// Bytes of the frame in all segments.
  @inlinable @inline(__always)
  public var length: UInt32 { @_noLocks get { unsafe sluice_mbuf_packet_length(raw) } }

  /// Bytes that the first segment can hold from `data` on.
  @inlinable @inline(__always)
  public var capacity: Int { @_noLocks get { unsafe Int(sluice_mbuf_capacity(raw)) } }

  /// Makes the frame `length` bytes in one segment. At most `capacity`.
  @_noLocks @inlinable @inline(__always)
  public func setLength(_ length: Int) { unsafe sluice_mbuf_set_length(raw, UInt16(truncatingIfNeeded: length)) }

  /// A copy of the frame with its notes, out of the same pool; nil when the pool is empty.
  @_noLocks
  public func copy() -> Mbuf? {
    guard let raw = unsafe sluice_mbuf_copy(raw) else { return nil }
    return unsafe Mbuf(raw: raw)
  }

  /// Puts the VLAN tag back that the device took off and told of beside the frame, if it did; as 802.1Q, since devices do
  /// not tell the tag's type. False: there is no room for it.
  @_noLocks @inlinable @inline(__always)
  public func restoreTag() -> Bool { unsafe sluice_mbuf_restore_tag(raw) }

  /// Gives the buffer back to its pool.
  @_noLocks @inlinable @inline(__always)
  public func free() { unsafe sluice_mbuf_free_one(raw) }

  /// What a hand-over to another worker says of the frame.
  @inlinable @inline(__always)
  public var mark: UnsafeMutablePointer<sluice_mark> {
    @_noLocks get {
      // A fixed place inside the mbuf, reserved at start.
      unsafe sluice_mbuf_mark(raw).unsafelyUnwrapped
    }
  }

  @_noLocks @inlinable @inline(__always)
  public func prefetchData() { unsafe sluice_prefetch(data) }
}
