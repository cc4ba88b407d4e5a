/// The transports that are balanced.
@frozen
public enum TransportProtocol: Sendable, CaseIterable {
  case tcp
  case udp
  case icmp

  /// Sluice's own two-bit code, never zero, which sessions and lookup keys store.
  @inlinable @inline(__always)
  public var code: UInt8 {
    @_noLocks get {
      switch self {
      case .tcp: 1
      case .udp: 2
      case .icmp: 3
      }
    }
  }

  /// The transport of a `code`.
  @_noLocks @inlinable @inline(__always)
  public init(code: UInt8) {
    switch code {
    case 1: self = .tcp
    case 2: self = .udp
    default: self = .icmp
    }
  }

  @inlinable @inline(__always)
  public var isTCP: Bool { @_noLocks get { code == 1 } }

  /// Whether packets carry ports; an ICMP echo does not.
  @inlinable @inline(__always)
  public var hasPorts: Bool { @_noLocks get { code < 3 } }

  /// The number in the IPv4 header (IANA protocol numbers).
  @inlinable @inline(__always)
  public var ipNumber: UInt8 {
    @_noLocks get {
      switch self {
      case .tcp: 6
      case .udp: 17
      case .icmp: 1
      }
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
