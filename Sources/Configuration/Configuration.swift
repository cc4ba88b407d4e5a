import Net

/// One checked configuration: every value is in range and every reference resolves.
///
/// Built only by `ConfigurationReader`; the defaults live there (docs/configuration.md lists them).
public struct Configuration: Equatable, Sendable {
  public var dpdk: DPDKSettings
  /// In file order.
  public var ports: [PortSettings]
  public var unmatched: Unmatched
  public var control: ControlSettings
  /// Key of the selection hash; nil: a random one per process.
  public var hashSeed: UInt64?
  public var idle: IdleMode
  public var sessions: SessionSettings
  /// In file order.
  public var services: [ServiceSettings]
}

/// What happens to a frame that no service claims.
public enum Unmatched: String, Sendable, CaseIterable { case pass, drop }

/// What a worker without work does: spin, or back off to short sleeps.
public enum IdleMode: String, Sendable, CaseIterable { case poll, sleep }

public struct DPDKSettings: Equatable, Sendable {
  public enum HugePages: String, Sendable, CaseIterable { case auto, required, off }
  public enum Memory: Equatable, Sendable {
    /// As much as the rest of the configuration needs.
    case automatic
    case bytes(UInt64)
  }
  public var mainLcore: UInt32
  /// One worker each.
  public var workerLcores: [Lcore]
  public var hugePages: HugePages
  public var memory: Memory
  /// Lets `dpdk-dumpcap` attach: shared huge pages instead of `--in-memory`.
  public var capture: Bool
  /// Passed to EAL unchanged.
  public var ealArguments: [String]
}

/// A DPDK logical core and the CPU it runs on; written `LCORE` or `LCORE@CPU`.
public struct Lcore: Hashable, Sendable {
  public var id: UInt32
  public var cpu: UInt32
}

public struct PortSettings: Equatable, Sendable {
  public enum Role: String, Sendable, CaseIterable { case frontend, backend }
  public var name: String
  public var device: Device
  public var role: Role
}

/// What a port is made of.
public enum Device: Hashable, Sendable {
  /// A PCI address, `0000:3b:00.0`.
  case pci(String)
  /// A virtual device, `net_af_packet0,iface=eth1`, as EAL's `--vdev` takes it.
  case virtual(String)
}

public struct ControlSettings: Equatable, Sendable {
  /// Path of the Unix socket.
  public var socket: String
}

public struct SessionSettings: Equatable, Sendable {
  /// Flows that one worker can hold.
  public var capacity: Int
  public var timeouts: SessionTimeouts
}

/// Idle times after which a session ends; in milliseconds, multiples of 100, at most seven days.
public struct SessionTimeouts: Equatable, Sendable {
  public var tcpSyn: UInt64
  public var tcpEstablished: UInt64
  public var tcpClosing: UInt64
  public var udp: UInt64
  public var icmp: UInt64
}

public struct ServiceSettings: Equatable, Sendable {
  /// `dsr` and `snat` will join.
  public enum Mode: String, Sendable, CaseIterable { case nat }
  public enum Protocols: String, Sendable, CaseIterable { case tcp, udp, icmp, all }
  public enum Affinity: String, Sendable, CaseIterable {
    /// The whole five-tuple decides.
    case session
    /// The client's address decides.
    case sourceIP = "source_ip"
  }
  public enum WhenEmpty: String, Sendable, CaseIterable { case pass, drop, reject }

  /// A label: by default `vip:port/protocol`.
  public var name: String
  public var mode: Mode
  public var vip: IPv4Address
  public var protocols: Protocols
  /// 0 if and only if `protocols` is `icmp`.
  public var port: UInt16
  public var affinity: Affinity
  public var whenEmpty: WhenEmpty
  /// Slots of the Maglev table.
  public var maglevSlots: Int
  public var backends: [BackendSettings]
}

public struct BackendSettings: Equatable, Sendable {
  /// A label: by default the address and port.
  public var name: String
  public var address: IPv4Address
  /// 0 if and only if the service's protocol is `icmp`.
  public var port: UInt16
  /// Share of new sessions; 0 takes none.
  public var weight: UInt32
}
