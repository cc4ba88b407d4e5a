import CDPDKShim

// What is done with whole cache lines.

extension UnsafeMutablePointer where Pointee: ~Copyable {
  /// Memory on cache lines that nothing else is on: what one worker writes must not be where another reads or writes.
  /// `deallocate` frees it.
  public static func allocateLines(capacity: Int) -> UnsafeMutablePointer<Pointee> {
    let lines = (capacity * MemoryLayout<Pointee>.stride + 63) / 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, lines) * 64, alignment: 64)
    return unsafe memory.bindMemory(to: Pointee.self, capacity: capacity)
  }
}

/// Asks for the line of an address; harmless whatever the address is.
@_noLocks @inlinable @inline(__always)
public func prefetch(_ address: UnsafeRawPointer) { unsafe sluice_prefetch(address) }

/// The first of the four 16-byte entries on a cache line whose two words equal `low` and `high` in the bits of
/// their masks, or 4. Branch-free, by SSE 2 where there is that: 21 instructions against 44.
@_noLocks @inlinable @inline(__always)
public func firstMatch(
  _ line: UnsafeRawPointer, low: UInt64, lowMask: UInt64, high: UInt64, highMask: UInt64
) -> UInt32 {
  unsafe sluice_first_match(line, low, lowMask, high, highMask)
}
