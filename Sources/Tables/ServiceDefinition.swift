import Net

/// A service as the management side describes it to `TableSet`.
public struct ServiceDefinition: Equatable, Sendable {
  public var vip: IPv4Address
  /// 0 for ICMP only.
  public var port: UInt16
  /// The VIP's protocols that come here; ICMP has no port.
  public var transports: Set<TransportProtocol>
  public var affinity: Affinity
  public var emptyAction: EmptyAction
  /// Slots of the Maglev table; a prime.
  public var maglevSlots: Int
  /// In the order of their indices.
  public var backends: [BackendDefinition]

  public init(
    vip: IPv4Address, port: UInt16, transports: Set<TransportProtocol>, affinity: Affinity = .session,
    emptyAction: EmptyAction = .pass, maglevSlots: Int = 16381, backends: [BackendDefinition]
  ) {
    self.vip = vip
    self.port = port
    self.transports = transports
    self.affinity = affinity
    self.emptyAction = emptyAction
    self.maglevSlots = maglevSlots
    self.backends = backends
  }

  /// Keyed by the client's side only: the endpoints under which requests arrive.
  var endpoints: [Endpoint] {
    transports.map { Endpoint(vip, $0 == .icmp ? 0 : port, $0) }
  }

  /// What the service is on every instance: VIP, port, and which of TCP and UDP it serves. ICMP counts only
  /// where there is nothing else, so that a service which gains or loses the pings of its VIP keeps its
  /// choices.
  var identity: UInt64 {
    let ports = transports.filter(\.hasPorts)
    let codes = (ports.isEmpty ? transports : ports).reduce(UInt64(0)) { $0 | 1 << UInt64($1.code) }
    return UInt64(vip.rawValue) << 24 | UInt64(port) << 8 | codes
  }
}

/// A backend of a service.
public struct BackendDefinition: Equatable, Sendable {
  public var address: IPv4Address
  /// 0 for ICMP only.
  public var port: UInt16
  /// Share of new sessions; 0: keeps its sessions and takes none new.
  public var weight: UInt32

  public init(address: IPv4Address, port: UInt16, weight: UInt32 = 1) {
    self.address = address
    self.port = port
    self.weight = weight
  }

  /// What the backend is on every instance.
  var identity: UInt64 { UInt64(address.rawValue) << 16 | UInt64(port) }
}
