import Net

/// What must hold between services: names and endpoints belong to one of them each, and no backend is a
/// service itself.
struct ServiceChecks {
  /// In file order.
  let services: [DecodedService]
  /// Where complaints go.
  let findings: Findings

  /// Notes every breach.
  func run() {
    checkNames()
    checkBackends(against: claims())
  }

  private func checkNames() {
    var owners: [String: DecodedService] = [:]
    for service in services {
      guard let owner = owners[service.settings.name] else {
        owners[service.settings.name] = service
        continue
      }
      // Two names by default are equal only if the services are, which is refused for itself.
      let name = ServiceKeys.name.name
      guard service.fields.has(name) || owner.fields.has(name) else { continue }
      findings.refuse(
        service.fields.path.key(name), at: service.fields.position(of: name),
        found: "\(quoted(service.settings.name)), the name of \(owner.reference)", expected: "a name of its own")
    }
  }

  /// Which service has each endpoint. Refuses a second service for one endpoint.
  private func claims() -> [Endpoint: DecodedService] {
    var claims: [Endpoint: DecodedService] = [:]
    for service in services {
      let wanted = explicitEndpoints(of: service.settings)
      if let taken = wanted.first(where: { claims[$0] != nil }), let owner = claims[taken] {
        findings.refuse(
          service.fields.path, at: service.fields.position,
          found: "\(taken), which is already \(owner.reference)",
          expected: "one service for each address, port and protocol (all is tcp and udp)")
      } else {
        for endpoint in wanted { claims[endpoint] = service }
      }
    }
    for (vip, index) in Configuration.icmpServices(of: services.map(\.settings)) {
      let endpoint = Endpoint(vip, 0, .icmp)
      claims[endpoint] = claims[endpoint] ?? services[index]
    }
    return claims
  }

  /// What a service asks for by name: ICMP of an `all` service yields to others, and so can not clash.
  private func explicitEndpoints(of service: ServiceSettings) -> [Endpoint] {
    service.protocols == .icmp
      ? [Endpoint(service.vip, 0, .icmp)]
      : service.protocols.portedTransports.map { Endpoint(service.vip, service.port, $0) }
  }

  private func checkBackends(against claims: [Endpoint: DecodedService]) {
    for service in services {
      let settings = service.settings
      let answersICMP = claims[Endpoint(settings.vip, 0, .icmp)]?.fields.path == service.fields.path
      let transports = settings.protocols.portedTransports + (answersICMP ? [.icmp] : [])
      for backend in service.backends {
        let endpoints = transports.map {
          Endpoint(backend.value.address, $0 == .icmp ? 0 : backend.value.port, $0)
        }
        guard let loop = endpoints.first(where: { claims[$0] != nil }), let owner = claims[loop] else { continue }
        findings.refuse(
          backend.path, at: backend.position, found: "\(loop), which is \(owner.reference)",
          expected: "a server's own address: a service behind a service is a loop")
      }
    }
  }
}
