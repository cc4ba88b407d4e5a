/// A MAC address whose octets stand as they do in a frame, the first lowest: writing it takes no byte swap.
@frozen
public struct MACOctets: Hashable, Sendable {
  /// The first four.
  public let first: UInt32
  /// The other two.
  public let last: UInt16

  @_noLocks @inlinable @inline(__always)
  public init(first: UInt32, last: UInt16) {
    self.first = first
    self.last = last
  }

  public init(_ address: MACAddress) {
    first = UInt32(truncatingIfNeeded: address.rawValue >> 16).byteSwapped
    last = UInt16(truncatingIfNeeded: address.rawValue).byteSwapped
  }

  @inlinable @inline(__always)
  public var address: MACAddress {
    @_noLocks get { MACAddress(rawValue: UInt64(first.byteSwapped) << 16 | UInt64(last.byteSwapped)) }
  }
}
