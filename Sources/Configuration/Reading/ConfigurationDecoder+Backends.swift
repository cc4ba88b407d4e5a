import Net

extension ConfigurationDecoder {
  /// A service's list of backends; `protocols` is nil if it was refused. Refused backends are left out.
  func backends(_ service: Fields, _ protocols: ServiceSettings.Protocols?) -> [Located<BackendSettings>] {
    let key = addressKey(protocols)
    var seen = SeenBackends()
    return service.items(ServiceKeys.backends, limit: BackendIndex.limit, "backend").compactMap { item in
      guard let backend = backend(item, key) else { return nil }
      let located = Located(value: backend, path: item.path, position: item.position)
      if let clash = seen.insert(located) {
        findings.refuse(item.path, at: item.position, found: clash.found, expected: clash.expected)
        return nil
      }
      return located
    }
  }

  /// One backend: a mapping, or just its address.
  func backend(_ item: Located<SourceValue>, _ key: Key<BackendIdentity>) -> BackendSettings? {
    if case .scalar = item.value.content {
      return findings.scalar(item.value, as: key.form, at: item.path).map { address in
        BackendSettings(
          name: address.description, address: address.address, port: address.port,
          weight: BackendKeys.weight.defaultValue ?? 0, isDraining: false)
      }
    }
    guard let fields = Fields(item.value, at: item.path, BackendKeys.section, findings) else { return nil }
    let address = fields.value(key)
    let name = fields.value(BackendKeys.name)
    let weight = fields.value(BackendKeys.weight)
    let drain = fields.value(BackendKeys.drain)
    let backup = fields.value(BackendKeys.backup)
    let check = fields.has(BackendKeys.health.name) ? overrides(fields) : nil
    guard let address, let weight, let drain, let backup else { return nil }
    return BackendSettings(
      name: name ?? address.description, address: address.address, port: address.port, weight: weight,
      isDraining: drain, isBackup: backup, check: check)
  }

  /// The key `address` in a service of these protocols.
  func addressKey(_ protocols: ServiceSettings.Protocols?) -> Key<BackendIdentity> {
    switch protocols {
    case .icmp: BackendKeys.addressWithoutPort
    case .tcp, .udp, .all: BackendKeys.addressWithPort
    case nil: BackendKeys.address
    }
  }
}
