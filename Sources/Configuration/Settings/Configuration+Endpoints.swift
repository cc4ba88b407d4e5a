import Net

extension Configuration {
  /// What each service claims, in the order of `services`: `all` is TCP and UDP on its port and, unless
  /// another service answers for its address, ICMP.
  ///
  /// ICMP of an address belongs to its `icmp` service, otherwise to its first `all` service in the file, otherwise to the
  /// first for which Sluice answers pings itself.
  /// Each endpoint appears once in the whole result.
  public var endpoints: [[Endpoint]] {
    let answering = Self.icmpServices(of: services)
    return services.indices.map { index in
      let service = services[index]
      let transports = service.portedEndpoints
      return answering[service.vip] == index ? transports + [Endpoint(service.vip, 0, .icmp)] : transports
    }
  }

  /// For each address that answers ICMP, the position of the service that does it.
  static func icmpServices(of services: [ServiceSettings]) -> [IPv4Address: Int] {
    var answering: [IPv4Address: Int] = [:]
    for (index, service) in services.enumerated() {
      switch service.protocols {
      case .icmp: answering[service.vip] = index
      case .all where answering[service.vip] == nil: answering[service.vip] = index
      case .all, .tcp, .udp: break
      }
    }
    for (index, service) in services.enumerated() where service.echo != .backend && answering[service.vip] == nil {
      answering[service.vip] = index
    }
    return answering
  }
}

extension ServiceSettings {
  /// What it claims, without ICMP: each port of each transport. Port 0 stands for every port that nobody else claims.
  var portedEndpoints: [Endpoint] {
    protocols.portedTransports.flatMap { transport in ports.map { Endpoint(vip, $0, transport) } }
  }
}

extension ServiceSettings.Protocols {
  /// Those of the claimed transports that have ports.
  var portedTransports: [TransportProtocol] {
    switch self {
    case .tcp: [.tcp]
    case .udp: [.udp]
    case .icmp: []
    case .all: [.tcp, .udp]
    }
  }
}
