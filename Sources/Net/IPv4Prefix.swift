/// Addresses that begin with the same bits (RFC 4632), and one of them: `10.0.0.1/24` is 10.0.0.1 in 10.0.0.0/24.
@frozen
public struct IPv4Prefix: Hashable, Sendable {
  /// As it was given, with whatever bits behind the network's.
  public let address: IPv4Address
  /// Bits of the network, 0 to 32.
  public let length: UInt8

  /// - Parameter length: at most 32.
  public init(_ address: IPv4Address, length: UInt8) {
    precondition(length <= 32, "an address has 32 bits")
    self.address = address
    self.length = length
  }

  /// Reads `a.b.c.d/length`, or `a.b.c.d` for that address alone; nil unless it is one of them, without leading zeros.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPv4Address(halves[0]) else { return nil }
    guard halves.count == 2 else {
      self.init(address, length: 32)
      return
    }
    guard (1...2).contains(halves[1].utf8.count), halves[1].utf8.allSatisfy({ (48...57).contains($0) }),
      halves[1] == "0" || !halves[1].hasPrefix("0"), let length = UInt8(halves[1]), length <= 32
    else { return nil }
    self.init(address, length: length)
  }

  /// Ones where the network's bits are.
  @inlinable @inline(__always)
  public var mask: UInt32 { @_noLocks get { UInt32(truncatingIfNeeded: ~UInt64(0) << UInt64(32 &- length)) } }

  /// The first address of the network.
  @inlinable @inline(__always)
  public var network: IPv4Address { @_noLocks get { IPv4Address(rawValue: address.rawValue & mask) } }

  /// The network alone: `10.0.0.0/24` of `10.0.0.1/24`.
  public var masked: IPv4Prefix { IPv4Prefix(network, length: length) }

  @_noLocks @inlinable @inline(__always)
  public func contains(_ other: IPv4Address) -> Bool { (other.rawValue ^ address.rawValue) & mask == 0 }

  /// Whether an address is in both.
  public func overlaps(_ other: IPv4Prefix) -> Bool {
    (address.rawValue ^ other.address.rawValue) & mask & other.mask == 0
  }
}

extension IPv4Prefix: CustomStringConvertible {
  public var description: String { length == 32 ? "\(address)" : "\(address)/\(length)" }
}
