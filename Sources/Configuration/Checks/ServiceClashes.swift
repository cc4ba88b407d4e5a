import Net

/// What must hold between services: names and endpoints belong to one of them each, and no backend is a
/// service itself.
struct ServiceClashes {
  private let services: [ServiceSettings]
  /// For each address that answers ICMP, the position of the service that does it.
  private let answering: [IPv4Address: Int]

  init(between services: [ServiceSettings]) {
    self.services = services
    answering = Configuration.icmpServices(of: services)
  }

  /// Every breach.
  var all: [ServiceClash] {
    var claims: [Endpoint: Int] = [:]
    let taken = takenEndpoints(&claims)
    return takenNames + taken + loops(claims) + loopsByMAC + differentMACs
  }

  private var takenNames: [ServiceClash] {
    var owners: [String: Int] = [:]
    owners.reserveCapacity(services.count)
    return services.indices.compactMap { index in
      let service = services[index]
      guard let owner = owners.updateValue(index, forKey: service.name) else { return nil }
      owners[service.name] = owner
      // Two names by default are equal only if the services are, which is refused for itself.
      let isDefault = services[owner].identity == service.identity && service.name == service.identity.description
      return isDefault ? nil : .name(service: index, owner: owner)
    }
  }

  /// The second services for endpoints. Fills `claims` with the service that has each endpoint.
  private func takenEndpoints(_ claims: inout [Endpoint: Int]) -> [ServiceClash] {
    claims.reserveCapacity(2 * services.count)
    var clashes: [ServiceClash] = []
    for index in services.indices {
      let wanted = services[index].explicitEndpoints
      if let taken = wanted.first(where: { claims[$0] != nil }), let owner = claims[taken] {
        clashes.append(.endpoint(taken, service: index, owner: owner))
      } else {
        for endpoint in wanted { claims[endpoint] = index }
      }
    }
    for (vip, index) in answering {
      let endpoint = Endpoint(vip, 0, .icmp)
      claims[endpoint] = claims[endpoint] ?? index
    }
    return clashes
  }

  private func loops(_ claims: [Endpoint: Int]) -> [ServiceClash] {
    let vips = Set(services.map(\.vip))
    return services.indices.flatMap { index in
      services[index].backends.indices.compactMap { position -> ServiceClash? in
        let backend = services[index].backends[position]
        guard vips.contains(backend.address) else { return nil }
        if services[index].mode == .dsr { return ownVIP(backend.address, index, position) }
        let endpoints = transports(of: index).map { Endpoint(backend.address, $0 == .icmp ? 0 : backend.port, $0) }
        guard let loop = endpoints.first(where: { claims[$0] != nil }), let owner = claims[loop] else { return nil }
        return .loop(loop, service: index, backend: position, owner: owner)
      }
    }
  }

  /// A server of a `dsr` service cannot be told from a VIP by its address.
  private func ownVIP(_ address: IPv4Address, _ index: Int, _ position: Int) -> ServiceClash? {
    guard let owner = services.firstIndex(where: { $0.vip == address }) else { return nil }
    let endpoint = services[owner].portedEndpoints.first ?? Endpoint(address, 0, .icmp)
    return .loop(endpoint, service: index, backend: position, owner: owner)
  }

  private var loopsByMAC: [ServiceClash] {
    let owners = Dictionary(services.indices.compactMap { index in services[index].mac.map { ($0, index) } }) {
      old, _ in old
    }
    guard !owners.isEmpty else { return [] }
    return services.indices.flatMap { index in
      services[index].backends.indices.compactMap { position -> ServiceClash? in
        guard let mac = services[index].backends[position].mac, let owner = owners[mac] else { return nil }
        return .loopByMAC(mac, service: index, backend: position, owner: owner)
      }
    }
  }

  /// Services of one VIP that would be told to clients with different MAC addresses.
  private var differentMACs: [ServiceClash] {
    var owners: [IPv4Address: Int] = [:]
    return services.indices.compactMap { index in
      guard services[index].mode == .dsr else { return nil }
      guard let owner = owners[services[index].vip] else {
        owners[services[index].vip] = index
        return nil
      }
      return services[owner].mac == services[index].mac ? nil : .mac(service: index, owner: owner)
    }
  }

  private func transports(of index: Int) -> [TransportProtocol] {
    let service = services[index]
    return service.protocols.portedTransports + (answering[service.vip] == index ? [.icmp] : [])
  }
}

extension ServiceSettings {
  /// What the service asks for by name: ICMP of an `all` service yields to others, and so can not clash.
  fileprivate var explicitEndpoints: [Endpoint] {
    protocols == .icmp ? [Endpoint(vip, 0, .icmp)] : portedEndpoints
  }
}
