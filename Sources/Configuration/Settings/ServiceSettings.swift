import Net

/// One virtual address (with its port) and the servers behind it.
public struct ServiceSettings: Equatable, Sendable {
  /// What is rewritten. `snat` will join.
  public enum Mode: String, Sendable, CaseIterable {
    /// The destination on the way in, the source on the way out.
    case nat
    /// The destination MAC address on the way in, and nothing else: servers own the VIP and answer clients themselves
    /// (direct server return).
    case dsr
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

  /// Who answers pings of the VIP.
  public enum Echo: String, Sendable, CaseIterable {
    /// A backend, if the service claims ICMP.
    case backend
    /// Sluice, also if the service does not claim ICMP.
    case itself = "self"
    /// Sluice, while a backend takes sessions; else they get what `whenEmpty` says.
    case itselfWhileUsable = "self_while_usable"
  }

  /// What the sessions of a killed backend get.
  public enum OnKill: String, Sendable, CaseIterable {
    /// Their next packet chooses another backend.
    case reselect
    /// They end; a TCP client is told by a RST.
    case reset
  }

  /// A label: by default `vip:port/protocol`.
  public var name: String
  /// What is rewritten.
  public var mode: Mode
  /// The address that clients know.
  public var vip: IPv4Address
  /// The transports that are claimed.
  public var protocols: Protocols
  /// 0 if `protocols` is `icmp`, and of a `dsr` service that claims every port. Of several the lowest.
  public var port: UInt16
  /// The further ports of a `dsr` service, in order.
  public var otherPorts: [UInt16] = []
  /// The MAC address that clients are told of the VIP. Nil: of a `dsr` service, that of the port; of a `nat` service they
  /// are told nothing.
  public var mac: MACAddress?
  /// What chooses a new session's backend.
  public var affinity: Affinity
  /// With `sourceIP`: for how long after its last new session a client keeps its server; in milliseconds.
  public var affinityTimeout: UInt64
  /// What a packet gets when no backend takes sessions.
  public var whenEmpty: WhenEmpty
  /// What the sessions of a killed backend get.
  public var onKill: OnKill
  /// Who answers pings of the VIP.
  public var echo: Echo
  /// Slots of the Maglev table.
  public var maglevSlots: Int
  /// Whether and how the backends are watched; nil: they are not, and count as up.
  public var health: HealthSettings?
  /// In file order; at most `BackendIndex.limit`.
  public var backends: [BackendSettings]
}

extension ServiceSettings {
  /// Which service it is, whatever it is called.
  public var identity: ServiceIdentity { ServiceIdentity(vip: vip, protocols: protocols, port: port, mode: mode) }

  /// Every port that is claimed, in order: 0 alone stands for all of them, or for those that ICMP does not have.
  public var ports: [UInt16] { [port] + otherPorts }

  /// Whether requests for its VIP are answered in ARP.
  public var answersARP: Bool { mode == .dsr || mac != nil }

  /// Whether workers observe how its backends take new sessions.
  public var isObserved: Bool { health?.passive.isOn == true }

  /// Whether its protocols have ports and it claims all of them.
  public var hasAnyPort: Bool { mode == .dsr && port == 0 && protocols != .icmp }
}

extension ServiceSettings {
  /// The affinity's time as a file spells it: `10m`.
  public var affinityTimeoutText: String { ConfigurationTree.spelling(milliseconds: affinityTimeout) }
}
