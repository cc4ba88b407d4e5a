import CDPDKShim

/// Room for a burst of mbufs, owned by whoever made it; the elements are owned by nobody in particular.
@safe @frozen
public struct MbufArray: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  public let capacity: Int

  public init(capacity: Int) {
    unsafe base = .allocateLines(capacity: capacity)
    unsafe base.initialize(repeating: nil, count: capacity)
    self.capacity = capacity
  }

  deinit { unsafe base.deallocate() }

  /// The mbuf at `index`, which must have been filled.
  @inlinable @inline(__always)
  public subscript(index: Int) -> Mbuf {
    get { unsafe Mbuf(raw: base[index].unsafelyUnwrapped) }
    nonmutating set { unsafe base[index] = newValue.raw }
  }

  /// Its places from `start` on, for a loop that fills them.
  @_noLocks @inlinable @inline(__always)
  public func slots(from start: Int) -> MbufSlots { unsafe MbufSlots(base: base + start) }

  /// Receives up to `capacity` frames from a queue.
  @_noLocks @inlinable @inline(__always)
  public func receive(port: UInt16, queue: UInt16, limit: Int) -> Int {
    unsafe Int(sluice_rx_burst(port, queue, base, UInt16(truncatingIfNeeded: limit)))
  }

  /// Offers `count` mbufs from `start` on to a queue; those taken now belong to the driver.
  @_noLocks @inlinable @inline(__always)
  public func transmit(port: UInt16, queue: UInt16, from start: Int, count: Int) -> Int {
    unsafe Int(sluice_tx_burst(port, queue, base + start, UInt16(truncatingIfNeeded: count)))
  }

  /// Takes up to `limit` mbufs out of a ring.
  @_noLocks @inlinable @inline(__always)
  public func receive(from ring: Ring, limit: Int) -> Int {
    unsafe Int(sluice_ring_dequeue(ring.raw, base, UInt32(truncatingIfNeeded: limit)))
  }

  /// Offers `count` mbufs to a ring; those taken now belong to its reader.
  @_noLocks @inlinable @inline(__always)
  public func send(to ring: Ring, count: Int) -> Int {
    unsafe Int(sluice_ring_enqueue(ring.raw, base, UInt32(truncatingIfNeeded: count)))
  }

  /// Frees `count` mbufs from `start` on.
  @_noLocks @inlinable @inline(__always)
  public func free(from start: Int, count: Int) {
    unsafe sluice_mbuf_free_bulk(base + start, UInt32(truncatingIfNeeded: count))
  }
}
