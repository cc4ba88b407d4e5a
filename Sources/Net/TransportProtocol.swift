/// The transports that are balanced. The raw value is Sluice's own two-bit code, which sessions and
/// lookup keys store; the IP protocol number is `ipNumber`.
@frozen
public enum TransportProtocol: UInt8, Sendable, CaseIterable {
  case tcp = 1
  case udp = 2
  case icmp = 3

  /// The number in the IPv4 header (IANA protocol numbers).
  @inlinable @inline(__always)
  public var ipNumber: UInt8 {
    switch self {
    case .tcp: 6
    case .udp: 17
    case .icmp: 1
    }
  }

  public init?(name: some StringProtocol) {
    switch name {
    case "tcp": self = .tcp
    case "udp": self = .udp
    case "icmp": self = .icmp
    default: return nil
    }
  }
}

extension TransportProtocol: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmp: "icmp"
    }
  }
}
