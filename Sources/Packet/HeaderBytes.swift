import Net

// The only lines that know network byte order: loads and stores of header fields. Headers after an
// Ethernet header are two bytes off alignment, hence the unaligned accesses.

extension UnsafeMutableRawPointer {
  @_noLocks @inlinable @inline(__always)
  func octet(_ offset: Int) -> UInt8 { unsafe load(fromByteOffset: offset, as: UInt8.self) }

  /// A 16-bit field, in host byte order.
  @_noLocks @inlinable @inline(__always)
  func word(_ offset: Int) -> UInt16 {
    unsafe UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// A 32-bit field, in host byte order.
  @_noLocks @inlinable @inline(__always)
  func doubleWord(_ offset: Int) -> UInt32 {
    unsafe UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Two 32-bit fields, the first in the upper half, each in host byte order.
  @_noLocks @inlinable @inline(__always)
  func quadWord(_ offset: Int) -> UInt64 {
    unsafe UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @_noLocks @inlinable @inline(__always)
  func setOctet(_ offset: Int, _ value: UInt8) {
    unsafe storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
  }

  @_noLocks @inlinable @inline(__always)
  func setWord(_ offset: Int, _ value: UInt16) {
    unsafe storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
  }

  @_noLocks @inlinable @inline(__always)
  func setDoubleWord(_ offset: Int, _ value: UInt32) {
    unsafe storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
  }

  @_noLocks @inlinable @inline(__always)
  func setQuadWord(_ offset: Int, _ value: UInt64) {
    unsafe storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt64.self)
  }

  /// Eight octets, the first lowest.
  @_noLocks @inlinable @inline(__always)
  func octets(_ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Four octets, or eight, the lowest first.
  @_noLocks @inlinable @inline(__always)
  func setOctets(_ offset: Int, _ value: UInt32) {
    unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  @_noLocks @inlinable @inline(__always)
  func setOctets(_ offset: Int, _ value: UInt64) {
    unsafe storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  /// A link address.
  @_noLocks @inlinable @inline(__always)
  func mac(_ offset: Int) -> MACAddress {
    unsafe MACAddress(rawValue: UInt64(word(offset)) << 32 | UInt64(doubleWord(offset + 2)))
  }

  @_noLocks @inlinable @inline(__always)
  func setMAC(_ offset: Int, _ address: MACAddress) {
    unsafe setWord(offset, UInt16(truncatingIfNeeded: address.rawValue >> 32))
    unsafe setDoubleWord(offset + 2, UInt32(truncatingIfNeeded: address.rawValue))
  }

  /// A checksum field, as it lies in memory: what `ChecksumDelta` works on.
  @_noLocks @inlinable @inline(__always)
  func checksum(_ offset: Int) -> UInt16 {
    unsafe loadUnaligned(fromByteOffset: offset, as: UInt16.self)
  }

  @_noLocks @inlinable @inline(__always)
  func setChecksum(_ offset: Int, _ value: UInt16) {
    unsafe storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
  }
}
