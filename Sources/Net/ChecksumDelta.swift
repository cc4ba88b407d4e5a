/// The change of an Internet checksum's 16-bit one's-complement sum when some words of the data change
/// (RFC 1624, equation 3): added to the complement of the old checksum it gives that of the new.
///
/// Kept as the words lie in memory, so that applying it needs no byte swap (RFC 1071, section 2(B)).
@frozen
public struct ChecksumDelta: Hashable, Sendable {
  public let rawValue: UInt16

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let zero = ChecksumDelta(rawValue: 0)

  /// The delta of replacing one address by another.
  public init(from old: IPv4Address, to new: IPv4Address) {
    let sum =
      UInt32(~UInt16(truncatingIfNeeded: old.rawValue >> 16)) + UInt32(~UInt16(truncatingIfNeeded: old.rawValue))
      + (new.rawValue >> 16) + (new.rawValue & 0xFFFF)
    rawValue = Self.fold(sum).bigEndian
  }

  /// The delta of replacing one port, or any other 16-bit word, by another.
  public init(from old: UInt16, to new: UInt16) {
    rawValue = Self.fold(UInt32(~old) + UInt32(new)).bigEndian
  }

  /// The delta of replacing one word by another, both as they lie in memory.
  @_noLocks @inlinable @inline(__always)
  public init(inMemory old: UInt16, to new: UInt16) {
    rawValue = Self.fold(UInt32(~old) &+ UInt32(new))
  }

  /// Both changes at once.
  @_noLocks @inlinable @inline(__always)
  public static func + (left: Self, right: Self) -> Self {
    Self(rawValue: fold(UInt32(left.rawValue) + UInt32(right.rawValue)))
  }

  /// The change that undoes this one.
  @inlinable @inline(__always)
  public var inverse: Self { @_noLocks get { Self(rawValue: ~rawValue) } }

  /// The checksum field after the change; both as they lie in memory.
  @_noLocks @inlinable @inline(__always)
  public func applied(to checksum: UInt16) -> UInt16 {
    // The complement of a sum with the complement is a difference, with the borrow brought round. In 32 bits, where
    // the borrow is the highest: asked as an overflow it becomes a branch that goes either way.
    let difference = UInt32(checksum) &- UInt32(rawValue)
    return UInt16(truncatingIfNeeded: difference &- difference >> 31)
  }

  /// Folds the carries of at most 65536 added words back into 16 bits.
  @_noLocks @inlinable @inline(__always)
  public static func fold(_ sum: UInt32) -> UInt16 {
    let once = (sum & 0xFFFF) &+ (sum >> 16)
    return UInt16(truncatingIfNeeded: once &+ (once >> 16))
  }
}
