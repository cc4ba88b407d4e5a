import Net

extension ConfigurationDecoder {
  /// The list `services`. Refused ones are left out.
  func services(_ root: Fields) -> [ServiceSettings] {
    let items = root.items(RootKeys.services, limit: ServiceIndex.limit, "service")
    if items.isEmpty {
      let name = RootKeys.services.name
      findings.warn(
        root.path.key(name), at: root.has(name) ? root.position(of: name) : nil,
        "none, so every frame crosses unchanged or is dropped, as unmatched says")
    }
    let services = items.compactMap { item in
      Fields(item.value, at: item.path, ServiceKeys.section, findings).flatMap(service)
    }
    ServiceChecks(services: services, findings: findings).run()
    for service in services { warn(of: service) }
    return services.map(\.settings)
  }

  private func service(_ fields: Fields) -> DecodedService? {
    let name = fields.value(ServiceKeys.name)
    let mode = fields.value(ServiceKeys.mode)
    let vip = fields.value(ServiceKeys.vip)
    let protocols = fields.value(ServiceKeys.protocols)
    let port = fields.value(portKey(protocols))
    let affinity = fields.value(ServiceKeys.affinity)
    let whenEmpty = fields.value(ServiceKeys.whenEmpty)
    let onKill = fields.value(ServiceKeys.onKill)
    let maglevSlots = fields.value(ServiceKeys.maglevSlots)
    let backends = backends(fields, protocols)
    guard let mode, let vip, let protocols, let port, let affinity, let whenEmpty, let onKill, let maglevSlots else {
      return nil
    }
    let identity = ServiceIdentity(vip: vip, protocols: protocols, port: port)
    let settings = ServiceSettings(
      name: name ?? identity.description, mode: mode, vip: vip, protocols: protocols, port: port, affinity: affinity,
      whenEmpty: whenEmpty, onKill: onKill, maglevSlots: maglevSlots, backends: backends.map(\.value))
    return DecodedService(settings: settings, fields: fields, backends: backends)
  }

  private func portKey(_ protocols: ServiceSettings.Protocols?) -> Key<UInt16> {
    switch protocols {
    case .icmp: ServiceKeys.portOfICMP
    case .tcp, .udp, .all: ServiceKeys.portOfTransport
    case nil: ServiceKeys.port
    }
  }

  private func warn(of service: DecodedService) {
    let settings = service.settings
    if !settings.backends.contains(where: { $0.weight > 0 }) {
      let reason = settings.backends.isEmpty ? "there are none" : "every weight is 0"
      warn(
        service.fields, ServiceKeys.backends.name,
        "\(reason), so no new session finds a server (when_empty: \(settings.whenEmpty.rawValue))")
    }
    let wanted = 100
    if settings.maglevSlots < wanted * settings.backends.count {
      warn(
        service.fields, ServiceKeys.maglevSlots.name,
        "\(settings.maglevSlots) slots for \(settings.backends.count) backends: with fewer than \(wanted) each, shares"
          + " stray from the weights")
    }
  }

  private func warn(_ fields: Fields, _ name: String, _ message: String) {
    findings.warn(fields.path.key(name), at: fields.position(of: name), message)
  }
}
