extension ConfigurationDecoder {
  /// The section `ports`: exactly one port on each side. Nil: refused.
  func ports(_ root: Fields) -> [PortSettings]? {
    guard let entries = root.named(RootKeys.ports, "port") else { return nil }
    let path = root.path.key(RootKeys.ports.name)
    let ports = entries.map { port($0, at: path.key($0.key)) }
    checkDevices(ports.compactMap(\.self))
    checkRoles(entries, roles: ports.map { $0?.value.role }, path, at: root.position(of: RootKeys.ports.name))
    return ports.compactMap { $0?.value }
  }

  private func port(_ entry: SourceEntry, at path: ConfigurationPath) -> Located<PortSettings>? {
    let key = SourceValue(content: .scalar(SourceScalar(text: entry.key, isPlain: false)), position: entry.position)
    guard let fields = Fields(entry.value, at: path, PortKeys.section, findings) else { return nil }
    let name = findings.scalar(key, as: .portName, at: path)
    let device = fields.value(PortKeys.device)
    let role = role(fields, name: entry.key)
    let kernel = kernel(fields)
    guard let name, let device, let role else { return nil }
    return Located(
      value: PortSettings(name: name, device: device, role: role, kernel: kernel), path: path.key(PortKeys.device.name),
      position: fields.position(of: PortKeys.device.name))
  }

  private func role(_ fields: Fields, name: String) -> PortSettings.Role? {
    if fields.has(PortKeys.role.name) { return fields.value(PortKeys.role) }
    if let role = [PortSettings.Role.frontend, .backend].first(where: { name.hasPrefix($0.rawValue) }) { return role }
    refuse(
      fields, PortKeys.role.name, found: "nothing",
      expected: "\(PortKeys.role.form.expectation), because the port's name begins with neither")
    return nil
  }

  private func checkDevices(_ ports: [Located<PortSettings>]) {
    var owners: [String: Located<PortSettings>] = [:]
    for port in ports {
      let device = port.value.device.name
      if let owner = owners[device] {
        findings.refuse(
          port.path, at: port.position,
          found: "\(device), the device of port \(owner.value.name) on line \(owner.position.line)",
          expected: "a device of its own for each port")
      } else {
        owners[device] = port
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
      guard holders.count != 1 else { continue }
      let second = holders.dropFirst().first?.position ?? position
      let several = role == .frontend && holders.count > 1 ? ": several frontends are not built yet" : ""
      findings.refuse(
        path, at: second, found: holders.isEmpty ? "no \(role) port" : counted(holders.count, "\(role) port"),
        expected: "exactly one\(several)")
    }
  }
}
