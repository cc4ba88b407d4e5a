import Net

extension ConfigurationDecoder {
  /// A service's list of backends; `kind` is nil if its mode or its protocol was refused. Refused backends are left out.
  func backends(_ service: Fields, _ kind: BackendKind?) -> [Located<BackendSettings>] {
    var seen = SeenBackends()
    return service.items(ServiceKeys.backends, limit: BackendIndex.limit, "backend").compactMap { item in
      guard let backend = backend(item, kind) else { return nil }
      let located = Located(value: backend, path: item.path, position: item.position)
      if let clash = seen.insert(located) {
        findings.refuse(item.path, at: item.position, found: clash.found, expected: clash.expected)
        return nil
      }
      return located
    }
  }

  /// One backend: a mapping, or just where it is.
  func backend(_ item: Located<SourceValue>, _ kind: BackendKind?) -> BackendSettings? {
    if case .scalar = item.value.content {
      return findings.scalar(item.value, as: kind?.word ?? BackendKeys.address.form, at: item.path).map { identity in
        BackendSettings(
          name: identity.description, address: identity.address, port: identity.port, mac: identity.mac,
          weight: BackendKeys.weight.defaultValue ?? 0, isDraining: false)
      }
    }
    guard let fields = Fields(item.value, at: item.path, BackendKeys.section, findings) else { return nil }
    let address = fields.value(kind?.address ?? BackendKeys.address)
    let mac = mac(fields, kind)
    let name = fields.value(BackendKeys.name)
    let weight = fields.value(BackendKeys.weight)
    let drain = fields.value(BackendKeys.drain)
    let backup = fields.value(BackendKeys.backup)
    let check = fields.has(BackendKeys.health.name) ? overrides(fields) : nil
    guard let identity = mac.map(BackendIdentity.init(mac:)) ?? address, let weight, let drain, let backup else {
      return nil
    }
    return BackendSettings(
      name: name ?? identity.description, address: address?.address ?? identity.address, port: identity.port, mac: mac,
      weight: weight, isDraining: drain, isBackup: backup, check: check)
  }

  /// A server's MAC address: only in `dsr` services, and there it or the address.
  private func mac(_ fields: Fields, _ kind: BackendKind?) -> MACAddress? {
    let key = BackendKeys.mac
    guard kind == .byMAC else {
      if kind != nil, fields.has(key.name) {
        refuse(fields, key.name, found: "a MAC address", expected: "none: it is for services with mode: dsr")
      }
      return nil
    }
    if !fields.has(key.name), !fields.has(BackendKeys.address.name) {
      refuse(fields, key.name, found: "nothing", expected: "\(key.form.expectation), or an address to resolve")
    }
    return fields.value(key)
  }
}
