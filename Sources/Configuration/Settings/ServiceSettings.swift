import Net

/// One virtual address (with its port) and the servers behind it.
public struct ServiceSettings: Equatable, Sendable {
  /// What is rewritten. `dsr` and `snat` will join.
  public enum Mode: String, Sendable, CaseIterable {
    /// The destination on the way in, the source on the way out.
    case nat
  }

  /// The transports a service claims.
  public enum Protocols: String, Sendable, CaseIterable {
    case tcp, udp, icmp
    /// TCP and UDP on the service's port, and ICMP of its address unless another service claims that.
    case all
  }

  /// What chooses a new session's backend.
  public enum Affinity: String, Sendable, CaseIterable {
    /// The whole five-tuple decides.
    case session
    /// The client's address decides.
    case sourceIP = "source_ip"
  }

  /// What a packet gets when no backend takes sessions.
  public enum WhenEmpty: String, Sendable, CaseIterable {
    /// It crosses unchanged.
    case pass
    /// It is dropped and counted.
    case drop
    /// TCP RST, or ICMP unreachable.
    case reject
  }

  /// A label: by default `vip:port/protocol`.
  public var name: String
  /// What is rewritten.
  public var mode: Mode
  /// The address that clients know.
  public var vip: IPv4Address
  /// The transports that are claimed.
  public var protocols: Protocols
  /// 0 if and only if `protocols` is `icmp`.
  public var port: UInt16
  /// What chooses a new session's backend.
  public var affinity: Affinity
  /// What a packet gets when no backend takes sessions.
  public var whenEmpty: WhenEmpty
  /// Slots of the Maglev table.
  public var maglevSlots: Int
  /// In file order; at most `BackendIndex.limit`.
  public var backends: [BackendSettings]
}

extension ServiceSettings {
  /// `203.0.113.10:80/tcp`, or `203.0.113.10/icmp`: the identity of a service, and its name when none is given.
  static func label(_ vip: IPv4Address, _ port: UInt16, _ protocols: Protocols) -> String {
    protocols == .icmp ? "\(vip)/icmp" : "\(vip):\(port)/\(protocols.rawValue)"
  }
}
