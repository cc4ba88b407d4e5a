extension Configuration {
  /// What the operator should know of this configuration, wherever it comes from; `reference` leads to a service by
  /// its position.
  func remarks(_ reference: (Int) -> ConfigurationPath) -> [ConfigurationRemark] {
    generalRemarks + portRemarks + sourceRewriteRemarks + controlRemarks + sharedCPUs + echoRemarks(reference)
      + checkRemarks(reference)
      + services.indices.flatMap { index in
        services[index].remarks.map { ConfigurationRemark(path: reference(index).key($0.key), message: $0.message) }
      }
  }

  private var generalRemarks: [ConfigurationRemark] {
    let root = ConfigurationPath()
    var remarks: [ConfigurationRemark] = []
    // Where all services are dsr nobody looks for anybody through the balancer.
    if unmatched == .drop, services.contains(where: { $0.mode == .nat }) || services.isEmpty {
      remarks.append(
        ConfigurationRemark(
          path: root.key(RootKeys.unmatched.name),
          message: "ARP is dropped as well, so hosts on the two sides find each other only by static neighbour entries")
      )
    }
    if hashSeed == nil {
      remarks.append(
        ConfigurationRemark(
          path: root.key(RootKeys.hashSeed.name),
          message: "not set, so a restart, and every other instance behind the same router, chooses other backends for"
            + " the same clients"))
    }
    if services.isEmpty {
      remarks.append(
        ConfigurationRemark(
          path: root.key(RootKeys.services.name),
          message: "none, so every frame crosses unchanged or is dropped, as unmatched says"))
    }
    return remarks
  }

  /// Services that would have Sluice answer pings which are another's.
  private func echoRemarks(_ reference: (Int) -> ConfigurationPath) -> [ConfigurationRemark] {
    guard services.contains(where: { $0.echo != .backend }) else { return [] }
    let answering = Self.icmpServices(of: services)
    return services.indices.compactMap { index in
      let service = services[index]
      guard service.echo != .backend, let owner = answering[service.vip], owner != index,
        services[owner].echo != service.echo
      else { return nil }
      return ConfigurationRemark(
        path: reference(index).key(ServiceKeys.echo.name),
        message: "pings of \(service.vip) belong to \(services[owner].name), and what that one says counts")
    }
  }

  /// Ports whose `ip` is missing, or of no use.
  private var portRemarks: [ConfigurationRemark] {
    let hasSeveralFrontends = ports.count { $0.role == .frontend } > 1
    return ports.compactMap { port in
      let path = ConfigurationPath().key(RootKeys.ports.name).key(port.name).key(PortKeys.ip.name)
      if port.role == .frontend, port.arpSource != nil {
        return ConfigurationRemark(
          path: ConfigurationPath().key(RootKeys.ports.name).key(port.name).key(PortKeys.arpSource.name),
          message: "means nothing: servers are asked for where they are")
      }
      switch (port.role, port.ip) {
      case (.backend, .some):
        return ConfigurationRemark(path: path, message: "means nothing: it says which clients are behind a frontend")
      case (.frontend, nil) where hasSeveralFrontends:
        return ConfigurationRemark(
          path: path,
          message: "not set, and there are several frontends: what is for clients behind this one and belongs to no"
            + " session is dropped (no_frontend)")
      default: return nil
      }
    }
  }

  /// Networks that are written with a host's bits.
  private var sourceRewriteRemarks: [ConfigurationRemark] {
    let list = ConfigurationPath().key(RootKeys.sourceRewrite.name)
    return sourceRewrites.enumerated().flatMap { index, pair in
      [(SourceRewriteKeys.from.name, pair.from), (SourceRewriteKeys.to.name, pair.to)]
        .filter { $0.1 != $0.1.masked }.map { key, prefix in
          ConfigurationRemark(
            path: list.index(index).key(key),
            message: "\(prefix) means the network \(prefix.masked): the bits behind the prefix are those of each client"
          )
        }
    }
  }

  private var controlRemarks: [ConfigurationRemark] {
    let section = ConfigurationPath().key(RootKeys.control.name)
    var remarks: [ConfigurationRemark] = []
    if control.socketMode & 0o002 != 0 {
      remarks.append(
        ConfigurationRemark(
          path: section.key(ControlKeys.socketMode.name), message: "every user of this machine can change the instance")
      )
    }
    if let group = control.socketGroup, control.socketMode & 0o020 == 0 {
      remarks.append(
        ConfigurationRemark(
          path: section.key(ControlKeys.socketGroup.name),
          message: "the group \(group) cannot use the socket, because socket_mode does not let it write"))
    }
    return remarks
  }

  /// Lcores that have a CPU in common and never yield it.
  private var sharedCPUs: [ConfigurationRemark] {
    guard idle == .poll else { return [] }
    let list = ConfigurationPath().key(RootKeys.dpdk.name).key(DPDKKeys.workerLcores.name)
    var users: [UInt32: String] = [dpdk.mainLcore: "the main lcore"]
    var remarks: [ConfigurationRemark] = []
    for (index, lcore) in dpdk.workerLcores.enumerated() {
      guard let other = users[lcore.cpu] else {
        users[lcore.cpu] = "the worker on lcore \(lcore.id)"
        continue
      }
      remarks.append(
        ConfigurationRemark(
          path: list.index(index),
          message:
            "shares CPU \(lcore.cpu) with \(other), and with idle: poll a worker never yields: each gets a part of"
            + " the CPU (idle: sleep shares better)"))
    }
    return remarks
  }
}
