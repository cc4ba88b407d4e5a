/// The Internet checksum (RFC 1071), from scratch. The packet path only mends checksums; this is for
/// frames that Sluice makes itself, and for tests.
public enum InternetChecksum {
  /// The sum of `count` bytes as big-endian words, an odd last byte padded with zero, onto `initial`.
  @_noLocks @inlinable
  public static func sum(_ bytes: UnsafeMutableRawPointer, count: Int, initial: UInt32 = 0) -> UInt32 {
    var sum = UInt64(initial)
    var offset = 0
    while offset &+ 1 < count {
      sum &+= unsafe UInt64(bytes.word(offset))
      offset &+= 2
    }
    if offset < count { sum &+= unsafe UInt64(bytes.octet(offset)) << 8 }
    sum = (sum & 0xFFFF_FFFF) &+ (sum >> 32)
    sum = (sum & 0xFFFF_FFFF) &+ (sum >> 32)
    return UInt32(truncatingIfNeeded: (sum & 0xFFFF) &+ (sum >> 16))
  }

  /// The checksum field's value, in host byte order, for a finished sum.
  @_noLocks @inlinable
  public static func finish(_ sum: UInt32) -> UInt16 {
    let once = (sum & 0xFFFF) &+ (sum >> 16)
    return ~UInt16(truncatingIfNeeded: once &+ (once >> 16))
  }

  /// The sum of the TCP or UDP pseudo-header: addresses, protocol, length (RFC 9293, section 3.1).
  @_noLocks @inlinable
  public static func pseudoHeader(source: UInt32, destination: UInt32, number: UInt8, length: Int) -> UInt32 {
    (source >> 16) &+ (source & 0xFFFF) &+ (destination >> 16) &+ (destination & 0xFFFF)
      &+ UInt32(number) &+ UInt32(truncatingIfNeeded: length)
  }
}
