import Net

extension ConfigurationDecoder {
  /// The kernel twin of a port. Nil: there is none, or it is refused.
  func kernel(_ port: Fields) -> TwinSettings? {
    guard port.has(PortKeys.kernel.name), let fields = port.section(PortKeys.kernel, TwinKeys.section) else {
      return nil
    }
    let name = fields.value(TwinKeys.name)
    let address = fields.value(TwinKeys.address)
    guard let name, let address else { return nil }
    return TwinSettings(name: name, address: address)
  }

  /// Notes the twins that share a name or an address with another twin, or have that of a service or a server; and senders
  /// of ARP that do: what they say would mislead their segment.
  func refuseTwins(_ root: SourceValue, _ ports: [PortSettings], _ services: [ServiceSettings]) {
    var owners: [IPv4Address: String] = [:]
    for service in services {
      for backend in service.backends { owners[backend.address] = "the address of a server of '\(service.name)'" }
      owners[service.vip] = "the address of service '\(service.name)'"
    }
    for port in ports {
      guard let source = port.arpSource, let owner = owners[source] else { continue }
      let path = ConfigurationPath().key(RootKeys.ports.name).key(port.name).key(PortKeys.arpSource.name)
      findings.refuse(
        path, at: root.position(of: path) ?? root.position, found: "\(source), \(owner)",
        expected: "an address that nobody else has")
    }
    var names: [String: String] = [:]
    for port in ports {
      guard let twin = port.kernel else { continue }
      if let owner = names.updateValue("the name of port \(port.name)'s twin", forKey: twin.name) {
        refuse(root, port, TwinKeys.name.name, found: "\(twin.name), \(owner)", "a name of its own")
      }
      if let owner = owners.updateValue("the address of port \(port.name)'s twin", forKey: twin.address.address) {
        refuse(root, port, TwinKeys.address.name, found: "\(twin.address), \(owner)", "an address of its own")
      }
    }
  }

  /// Notes the first twin that finds no place beside the ports: each is one more of the workers' ports.
  func refuseTooManyTwins(_ root: SourceValue, _ ports: [PortSettings]) {
    let room = max(0, PortIndex.limit - ports.count)
    let twinned = ports.filter { $0.kernel != nil }
    guard twinned.count > room else { return }
    let path = ConfigurationPath().key(RootKeys.ports.name).key(twinned[room].name).key(PortKeys.kernel.name)
    findings.refuse(
      path, at: root.position(of: path) ?? root.position,
      found: "\(counted(ports.count, "port")) and \(counted(twinned.count, "kernel twin"))",
      expected: "at most \(PortIndex.limit) of both together")
  }

  private func refuse(_ root: SourceValue, _ port: PortSettings, _ key: String, found: String, _ expected: String) {
    let path = ConfigurationPath().key(RootKeys.ports.name).key(port.name).key(PortKeys.kernel.name).key(key)
    findings.refuse(path, at: root.position(of: path) ?? root.position, found: found, expected: expected)
  }
}
