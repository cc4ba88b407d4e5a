import Net

/// What a fragment says of itself (RFC 791, section 3.2): whose part it is, and which.
@frozen
public struct FragmentHeader: Equatable, Sendable {
  public let source: IPv4Address
  public let destination: IPv4Address
  public let identification: UInt16
  /// IANA's protocol number.
  public let number: UInt8
  /// Whether more of the datagram follows.
  public let hasMore: Bool
  /// Where its octets begin in the datagram's payload, in units of eight.
  public let start: UInt16
  /// Octets that it carries.
  public let length: UInt16

  @_noLocks @inlinable
  init(
    source: IPv4Address, destination: IPv4Address, identification: UInt16, number: UInt8, field: UInt16, length: UInt16
  ) {
    self.source = source
    self.destination = destination
    self.identification = identification
    self.number = number
    hasMore = field & 0x2000 != 0
    start = field & 0x1FFF
    self.length = length
  }

  @inlinable
  public var isFirst: Bool { @_noLocks get { start == 0 } }

  /// Where its octets end, in units of eight; that of the last fragment is rounded up.
  @inlinable
  public var end: UInt16 { @_noLocks get { UInt16(truncatingIfNeeded: (Int(start) &* 8 &+ Int(length) &+ 7) / 8) } }

  /// Whether it can be part of a datagram: it carries something, in whole units of eight unless it is the last, within
  /// the 65535 octets that a datagram with its header may have; and no TCP header could be overwritten by it (offset 1,
  /// RFC 3128).
  @inlinable
  public var isSound: Bool {
    @_noLocks get {
      guard length > 0, !hasMore || length & 7 == 0 else { return false }
      return Int(start) &* 8 &+ Int(length) <= 65535 &- 20 && (number != 6 || start != 1)
    }
  }
}
