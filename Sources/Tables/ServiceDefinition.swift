import Net

/// A service as the management side describes it to `TableSet`.
public struct ServiceDefinition: Equatable, Sendable {
  public var vip: IPv4Address
  /// 0 for ICMP only, and for a `dsr` service of any port.
  public var port: UInt16
  /// Further ports, of a `dsr` service.
  public var otherPorts: [UInt16] = []
  /// Whether frames go to their server's MAC address, unchanged otherwise, and servers answer clients themselves (`dsr`).
  public var isByMAC = false
  /// The VIP's own MAC address, to which frames for a `dsr` service come; zero: that of the port they arrive at.
  public var vipMAC = MACAddress.zero
  /// The VIP's protocols that come here; ICMP has no port.
  public var transports: Set<TransportProtocol>
  public var affinity: Affinity
  /// With `sourceIP`: ticks from a client's last new session for which its server is remembered.
  public var affinityTimeout: UInt32 = 6000
  public var emptyAction: EmptyAction
  /// Who answers pings of the VIP. If Sluice does, ICMP is among the transports.
  public var echoAction = EchoAction.backend
  /// Whether it is observed how servers take new sessions.
  public var isObserved = false
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
    transports.flatMap { transport in
      transport == .icmp ? [Endpoint(vip, 0, .icmp)] : ([port] + otherPorts).map { Endpoint(vip, $0, transport) }
    }
  }

  /// Whether it claims every port of its VIP.
  var hasAnyPort: Bool { isByMAC && port == 0 && transports.contains(where: \.hasPorts) }

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
  /// 0 for ICMP only, and in `dsr` services.
  public var port: UInt16
  /// Where a `dsr` service's frames are sent; nil: not known, as long as its address is not resolved.
  public var mac: MACAddress?
  /// Share of new sessions; 0: keeps its sessions and takes none new.
  public var weight: UInt32

  public init(address: IPv4Address, port: UInt16, weight: UInt32 = 1) {
    self.address = address
    self.port = port
    self.weight = weight
  }

  /// A server of a `dsr` service.
  ///
  /// - Parameters:
  ///   - address: its address, if it is known by that: then `mac` is what that resolves to, and the address stays
  ///     what it is chosen by; else 0.0.0.0.
  ///   - mac: nil: not resolved; it takes no sessions.
  public init(address: IPv4Address = IPv4Address(rawValue: 0), mac: MACAddress?, weight: UInt32 = 1) {
    self.init(address: address, port: 0, weight: mac == nil ? 0 : weight)
    self.mac = mac
  }

  /// What the backend is on every instance.
  var identity: UInt64 {
    // An address ends at bit 47: what is known by its MAC address alone has a bit of its own.
    if address.rawValue == 0, let mac { return mac.rawValue | 1 << 48 }
    return UInt64(address.rawValue) << 16 | UInt64(port)
  }
}
