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
    let protocols = fields.value(ServiceKeys.protocols)
    let port = fields.value(portKey(protocols))
    let affinity = fields.value(ServiceKeys.affinity)
    let whenEmpty = fields.value(ServiceKeys.whenEmpty)
    let onKill = fields.value(ServiceKeys.onKill)
    let maglevSlots = fields.value(ServiceKeys.maglevSlots)
    let health = health(fields)
    let backends = backends(fields, protocols)
    guard let mode, let vip, let protocols, let port, let affinity, let whenEmpty, let onKill, let maglevSlots else {
      return nil
    }
    let identity = ServiceIdentity(vip: vip, protocols: protocols, port: port)
    let settings = ServiceSettings(
      name: name ?? identity.description, mode: mode, vip: vip, protocols: protocols, port: port, affinity: affinity,
      whenEmpty: whenEmpty, onKill: onKill, maglevSlots: maglevSlots, health: health, backends: backends.map(\.value))
    let service = DecodedService(settings: settings, fields: fields, backends: backends)
    refuseIncompleteChecks(of: service)
    return service
  }

  private func portKey(_ protocols: ServiceSettings.Protocols?) -> Key<UInt16> {
    switch protocols {
    case .icmp: ServiceKeys.portOfICMP
    case .tcp, .udp, .all: ServiceKeys.portOfTransport
    case nil: ServiceKeys.port
    }
  }
}
