/// An IEEE 802 48-bit address; the first octet on the wire is the most significant.
@frozen
public struct MACAddress: Hashable, Sendable {
  /// The 48 bits; the upper 16 are zero.
  public let rawValue: UInt64

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt64) { self.rawValue = rawValue & 0xFFFF_FFFF_FFFF }

  /// Reads `aa:bb:cc:dd:ee:ff`, in either case; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    var value: UInt64 = 0
    for part in parts {
      guard part.count == 2 else { return nil }
      for digit in part {
        guard let nibble = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
        value = value << 4 | UInt64(nibble)
      }
    }
    rawValue = value
  }

  /// The group bit of the first octet: multicast or broadcast.
  @inlinable @inline(__always)
  public var isGroup: Bool { @_noLocks get { rawValue >> 40 & 1 == 1 } }

  @inlinable @inline(__always)
  public var isZero: Bool { @_noLocks get { rawValue == 0 } }

  /// Whether one station can have the address: neither zero nor a group's.
  public var isStation: Bool { !isZero && !isGroup }

  /// All zero: no address.
  @inlinable @inline(__always)
  public static var zero: Self { @_noLocks get { Self(rawValue: 0) } }

  /// All hosts.
  public static let broadcast = MACAddress(rawValue: 0xFFFF_FFFF_FFFF)
}

extension MACAddress: CustomStringConvertible {
  public var description: String {
    (0..<6).map { octet in
      let value = rawValue >> UInt64(40 - octet * 8) & 0xFF
      return (value < 16 ? "0" : "") + String(value, radix: 16)
    }.joined(separator: ":")
  }
}
