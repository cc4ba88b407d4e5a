import Net

/// Which checks of `dsr` servers go to the VIP at the server's own MAC address, and so show that the server accepts the
/// VIP and serves on it: those whose frames a kernel twin can bring to the dataplane, and that a service claims. All
/// others go to an address of the server's.
public struct CheckRoutes {
  /// The way to the dataplane: the twin of the port that faces servers. Nil: there is none.
  public let twin: TwinSettings?
  private let services: [ServiceSettings]
  /// For each address that answers ICMP, the position of the service that does it.
  private let answering: [IPv4Address: Int]

  /// The routes of a configuration's checks.
  public init(_ configuration: Configuration) {
    twin = configuration.ports.first { $0.role != .frontend && $0.kernel != nil }?.kernel
    services = configuration.services
    answering = twin == nil ? [:] : Configuration.icmpServices(of: services)
  }

  /// Whether a check of a service's backend goes to the VIP.
  ///
  /// - Parameter service: the service's position.
  public func goesToVIP(_ check: CheckSettings, of service: Int) -> Bool {
    let settings = services[service]
    guard twin != nil, settings.mode == .dsr, check.address == nil else { return false }
    let port = check.port ?? settings.port
    let claims = settings.hasAnyPort || settings.ports.contains(port)
    switch check.kind {
    case .none: return false
    case .icmp: return answering[settings.vip] == service
    case .tcp, .http: return claims && settings.protocols.portedTransports.contains(.tcp)
    case .udp, .dns: return claims && settings.protocols.portedTransports.contains(.udp)
    }
  }

  /// Whether a check of a backend cannot be made: it goes to no VIP, and there is no address.
  func isNowhere(_ check: CheckSettings, of service: Int, _ backend: BackendSettings) -> Bool {
    check.kind != .none && check.address == nil && backend.address.rawValue == 0 && !goesToVIP(check, of: service)
  }
}
