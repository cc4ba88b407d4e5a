import Net

extension ConfigurationDecoder {
  /// The list `services`. Refused ones are left out.
  func services(_ root: Fields) -> [ServiceSettings] {
    let items = root.items(RootKeys.services, limit: ServiceIndex.limit, "service")
    let services = items.compactMap { item in
      Fields(item.value, at: item.path, ServiceKeys.section, findings).flatMap(service)
    }
    refuseClashes(between: services)
    return services.map(\.settings)
  }

  /// One service. Nil: refused.
  func service(_ fields: Fields) -> DecodedService? {
    let name = fields.value(ServiceKeys.name)
    let mode = fields.value(ServiceKeys.mode)
    let vip = fields.value(ServiceKeys.vip)
    let mac = fields.value(ServiceKeys.mac)
    let protocols = fields.value(ServiceKeys.protocols)
    let ports = ports(fields, mode, protocols)
    let affinity = fields.value(ServiceKeys.affinity)
    let affinityTimeout = fields.value(ServiceKeys.affinityTimeout)
    let whenEmpty = whenEmpty(fields, mode)
    let onKill = fields.value(ServiceKeys.onKill)
    let echo = fields.value(ServiceKeys.echo)
    let maglevSlots = fields.value(ServiceKeys.maglevSlots)
    let health = health(fields)
    let kind = mode.flatMap { mode in protocols.map { BackendKind(mode, $0) } }
    let backends = backends(fields, kind)
    guard let mode, let vip, let protocols, let ports, let affinity, let affinityTimeout, let whenEmpty, let onKill,
      let echo,
      let maglevSlots
    else { return nil }
    let identity = ServiceIdentity(vip: vip, protocols: protocols, port: ports[0], mode: mode)
    let settings = ServiceSettings(
      name: name ?? identity.description, mode: mode, vip: vip, protocols: protocols, port: ports[0],
      otherPorts: Array(ports.dropFirst()), mac: mac, affinity: affinity, affinityTimeout: affinityTimeout,
      whenEmpty: whenEmpty, onKill: onKill, echo: echo, maglevSlots: maglevSlots, health: health,
      backends: backends.map(\.value))
    let service = DecodedService(settings: settings, fields: fields, backends: backends)
    refuseIncompleteChecks(of: service)
    return service
  }

  /// The ports that are claimed, in order and each once; 0 alone stands for all, or for none. Nil: refused.
  private func ports(
    _ fields: Fields, _ mode: ServiceSettings.Mode?, _ protocols: ServiceSettings.Protocols?
  ) -> [UInt16]? {
    let key = ServiceKeys.ports.name
    guard fields.has(key) else {
      guard mode == .dsr, protocols != .icmp else { return fields.value(portKey(protocols)).map { [$0] } }
      return fields.has(ServiceKeys.port.name) ? fields.value(ServiceKeys.portOfDSR).map { [$0] } : [0]
    }
    let ports = fields.values(ServiceKeys.ports)
    let reason: (found: String, expected: String)? =
      if mode == .nat {
        ("a list of ports", "port: a list is for services with mode: dsr")
      } else if protocols == .icmp {
        ("a list of ports", "no ports: ICMP has none")
      } else if fields.has(ServiceKeys.port.name) {
        ("a list of ports beside port", "one of both")
      } else if fields.isEmptyList(key) {
        ("an empty list", "at least one port, or no list for every port")
      } else if ports.count > ServiceKeys.portLimit {
        (counted(ports.count, "port"), "at most \(ServiceKeys.portLimit), or no list for every port")
      } else {
        nil
      }
    if let reason { refuse(fields, key, found: reason.found, expected: reason.expected) }
    refuseRepeated(ports)
    return reason == nil && !ports.isEmpty ? Set(ports.map(\.value)).sorted() : nil
  }

  private func refuseRepeated(_ ports: [Located<UInt16>]) {
    var seen: Set<UInt16> = []
    for port in ports where !seen.insert(port.value).inserted {
      findings.refuse(port.path, at: port.position, found: "\(port.value) a second time", expected: "each port once")
    }
  }

  /// What a packet gets when no backend takes sessions: to cross is not for `dsr` services, where that is a loop.
  private func whenEmpty(_ fields: Fields, _ mode: ServiceSettings.Mode?) -> ServiceSettings.WhenEmpty? {
    guard mode == .dsr else { return fields.value(ServiceKeys.whenEmpty) }
    let value = fields.value(ServiceKeys.whenEmptyOfDSR)
    if value == .pass {
      refuse(
        fields, ServiceKeys.whenEmpty.name, found: "pass",
        expected: "drop or reject: a dsr service's frames are addressed to this balancer, and nobody else takes them")
    }
    return value
  }

  private func portKey(_ protocols: ServiceSettings.Protocols?) -> Key<UInt16> {
    switch protocols {
    case .icmp: ServiceKeys.portOfICMP
    case .tcp, .udp, .all: ServiceKeys.portOfTransport
    case nil: ServiceKeys.port
    }
  }
}
