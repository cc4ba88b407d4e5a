import Net

extension ConfigurationDecoder {
  /// The section `ports`: exactly one port of the servers, and at least one of clients. Nil: refused.
  func ports(_ root: Fields) -> [PortSettings]? {
    guard let entries = root.named(RootKeys.ports, "port") else { return nil }
    let path = root.path.key(RootKeys.ports.name)
    let ports = entries.map { port($0, at: path.key($0.key)) }
    checkDevices(ports.compactMap(\.self))
    checkNetworks(ports.compactMap(\.self))
    checkRoles(entries, roles: ports.map { $0?.settings.role }, path, at: root.position(of: RootKeys.ports.name))
    return ports.compactMap { $0?.settings }
  }

  private func port(_ entry: SourceEntry, at path: ConfigurationPath) -> DecodedPort? {
    let key = SourceValue(content: .scalar(SourceScalar(text: entry.key, isPlain: false)), position: entry.position)
    guard let fields = Fields(entry.value, at: path, PortKeys.section, findings) else { return nil }
    let name = findings.scalar(key, as: .portName, at: path)
    let device = fields.value(PortKeys.device)
    let role = role(fields, name: entry.key)
    let ip = fields.value(PortKeys.ip)
    let vlan = fields.value(PortKeys.vlan)
    let arpSource = fields.value(PortKeys.arpSource)
    let kernel = kernel(fields)
    guard let name, let device, let role, let vlan else { return nil }
    let settings = PortSettings(
      name: name, device: device, role: role, ip: ip, vlan: vlan, arpSource: arpSource, kernel: kernel)
    return DecodedPort(settings: settings, fields: fields)
  }

  private func role(_ fields: Fields, name: String) -> PortSettings.Role? {
    if fields.has(PortKeys.role.name) { return fields.value(PortKeys.role) }
    if let role = [PortSettings.Role.frontend, .backend].first(where: { name.hasPrefix($0.rawValue) }) { return role }
    refuse(
      fields, PortKeys.role.name, found: "nothing",
      expected: "\(PortKeys.role.form.expectation), because the port's name begins with neither")
    return nil
  }

  private func checkDevices(_ ports: [DecodedPort]) {
    var owners: [String: DecodedPort] = [:]
    for port in ports {
      let device = port.settings.device.name
      if let owner = owners[device] {
        let line = owner.fields.position(of: PortKeys.device.name).line
        refuse(
          port.fields, PortKeys.device.name,
          found: "\(device), the device of port \(owner.settings.name) on line \(line)",
          expected: "a device of its own for each port")
      } else {
        owners[device] = port
      }
    }
  }

  /// No two frontends have the same clients.
  private func checkNetworks(_ ports: [DecodedPort]) {
    var owners: [IPv4Prefix: DecodedPort] = [:]
    for port in ports where port.settings.role == .frontend {
      guard let clients = port.settings.ip?.masked else { continue }
      if let owner = owners[clients] {
        let line = owner.fields.position(of: PortKeys.ip.name).line
        refuse(
          port.fields, PortKeys.ip.name,
          found: "\(clients), the clients of port \(owner.settings.name) on line \(line)",
          expected: "clients of its own for each frontend")
      } else {
        owners[clients] = port
      }
    }
  }

  /// Counts the roles, once every port has one.
  private func checkRoles(
    _ entries: [SourceEntry], roles: [PortSettings.Role?], _ path: ConfigurationPath, at position: SourcePosition
  ) {
    guard !roles.contains(nil) else { return }
    if let both = roles.firstIndex(of: .both) {
      guard roles.count > 1 else { return }
      return findings.refuse(
        path, at: entries[both].position, found: "a port of role both beside \(counted(roles.count - 1, "other"))",
        expected: "that port alone (one-arm), or a frontend and a backend")
    }
    for role in [PortSettings.Role.frontend, .backend] {
      let holders = zip(entries, roles).filter { $1 == role }.map(\.0)
      let most = role == .frontend ? PortIndex.limit - 1 : 1
      guard holders.isEmpty || holders.count > most else { continue }
      findings.refuse(
        path, at: holders.dropFirst(most).first?.position ?? position,
        found: holders.isEmpty ? "no \(role) port" : counted(holders.count, "\(role) port"),
        expected: most == 1 ? "exactly one" : "one to \(most)")
    }
  }
}
