/// A configuration as the tree that a file of it is read into. Numbers and the like are plain scalars, free text is
/// quoted.
enum ConfigurationTree {
  /// All of a configuration.
  static func root(_ configuration: Configuration) -> SourceValue {
    var entries = [
      entry(RootKeys.dpdk.name, dpdk(configuration.dpdk)),
      entry(RootKeys.ports.name, mapping(configuration.ports.map { entry($0.name, port($0)) })),
      entry(RootKeys.unmatched.name, plain(configuration.unmatched.rawValue)),
      entry(RootKeys.control.name, control(configuration.control)),
    ]
    if let seed = configuration.hashSeed {
      entries.append(entry(RootKeys.hashSeed.name, plain("0x" + String(seed, radix: 16))))
    }
    entries += [
      entry(RootKeys.idle.name, plain(configuration.idle.rawValue)),
      entry(RootKeys.sessions.name, sessions(configuration.sessions)),
      entry(RootKeys.fragments.name, fragments(configuration.fragments)),
    ]
    if !configuration.sourceRewrites.isEmpty {
      entries.append(entry(RootKeys.sourceRewrite.name, list(configuration.sourceRewrites.map(sourceRewrite))))
    }
    return mapping(entries + [entry(RootKeys.services.name, list(configuration.services.map(service)))])
  }

  /// One of `services`. The name is left out if it says no more than the address.
  static func service(_ service: ServiceSettings) -> SourceValue {
    let name = service.name == service.identity.description ? [] : [entry(ServiceKeys.name.name, text(service.name))]
    let mac = service.mac.map { [entry(ServiceKeys.mac.name, text("\($0)"))] } ?? []
    return mapping(
      name + [
        entry(ServiceKeys.mode.name, plain(service.mode.rawValue)),
        entry(ServiceKeys.vip.name, plain("\(service.vip)")),
      ] + mac + [
        entry(ServiceKeys.protocols.name, plain(service.protocols.rawValue))
      ] + ports(service) + [
        entry(ServiceKeys.affinity.name, plain(service.affinity.rawValue)),
        entry(ServiceKeys.affinityTimeout.name, plain(spelling(milliseconds: service.affinityTimeout))),
        entry(ServiceKeys.whenEmpty.name, plain(service.whenEmpty.rawValue)),
        entry(ServiceKeys.onKill.name, plain(service.onKill.rawValue)),
        entry(ServiceKeys.echo.name, plain(service.echo.rawValue)),
        entry(ServiceKeys.maglevSlots.name, plain("\(service.maglevSlots)")),
      ] + (service.health.map { [entry(ServiceKeys.health.name, health($0))] } ?? []) + [
        entry(ServiceKeys.backends.name, list(service.backends.map(backend)))
      ])
  }

  /// One port, a list of them, or nothing.
  private static func ports(_ service: ServiceSettings) -> [SourceEntry] {
    if service.port == 0 { return [] }
    if service.otherPorts.isEmpty { return [entry(ServiceKeys.port.name, plain("\(service.port)"))] }
    return [entry(ServiceKeys.ports.name, list(service.ports.map { plain("\($0)") }))]
  }

  /// One of a service's backends. The name is left out if it says no more than the address.
  static func backend(_ backend: BackendSettings) -> SourceValue {
    let name = backend.name == backend.identity.description ? [] : [entry(BackendKeys.name.name, text(backend.name))]
    let mac = backend.mac.map { [entry(BackendKeys.mac.name, text("\($0)"))] } ?? []
    let address = backend.host.map { [entry(BackendKeys.address.name, text("\($0)"))] } ?? []
    return mapping(
      mac + address + [
        entry(BackendKeys.weight.name, plain("\(backend.weight)")),
        entry(BackendKeys.drain.name, plain("\(backend.isDraining)")),
      ] + name + [entry(BackendKeys.backup.name, plain("\(backend.isBackup)"))]
        + (backend.check.map { [entry(BackendKeys.health.name, mapping(check($0)))] } ?? []))
  }

  private static func port(_ port: PortSettings) -> SourceValue {
    let kernel = port.kernel.map { twin in
      let keys = [
        entry(TwinKeys.name.name, text(twin.name)), entry(TwinKeys.address.name, text("\(twin.address)")),
      ]
      return [entry(PortKeys.kernel.name, mapping(keys))]
    }
    return mapping(
      [
        entry(PortKeys.device.name, text("\(port.device)")), entry(PortKeys.role.name, plain(port.role.rawValue)),
        entry(PortKeys.vlan.name, plain(port.vlan.rawValue)),
      ] + (port.ip.map { [entry(PortKeys.ip.name, text("\($0)"))] } ?? [])
        + (port.arpSource.map { [entry(PortKeys.arpSource.name, text("\($0)"))] } ?? []) + (kernel ?? []))
  }

  private static func sourceRewrite(_ pair: SourceRewriteSettings) -> SourceValue {
    mapping([
      entry(SourceRewriteKeys.from.name, text("\(pair.from)")), entry(SourceRewriteKeys.to.name, text("\(pair.to)")),
    ])
  }

  private static func control(_ control: ControlSettings) -> SourceValue {
    let mode = String(control.socketMode, radix: 8)
    let group = control.socketGroup.map { [entry(ControlKeys.socketGroup.name, text($0))] } ?? []
    let metrics = control.metrics.map { [entry(ControlKeys.metrics.name, text("\($0)"))] } ?? []
    return mapping(
      [
        entry(ControlKeys.socket.name, text(control.socket)),
        entry(ControlKeys.socketMode.name, text(String(repeating: "0", count: max(0, 4 - mode.utf8.count)) + mode)),
      ] + group + metrics + [
        entry(ControlKeys.connections.name, plain("\(control.connections)")),
        entry(ControlKeys.maxRemovedShare.name, plain("\(control.maxRemovedShare)")),
        entry(ControlKeys.logFormat.name, plain(control.logFormat.rawValue)),
      ])
  }

  private static func dpdk(_ dpdk: DPDKSettings) -> SourceValue {
    let lcores = dpdk.workerLcores.map { $0.id == $0.cpu ? plain("\($0)") : text("\($0)") }
    return mapping([
      entry(DPDKKeys.mainLcore.name, plain("\(dpdk.mainLcore)")),
      entry(DPDKKeys.workerLcores.name, list(lcores)),
      entry(DPDKKeys.hugePages.name, plain(dpdk.hugePages.rawValue)),
      entry(DPDKKeys.memory.name, plain(spelling(dpdk.memory))),
      entry(DPDKKeys.capture.name, plain("\(dpdk.capture)")),
      entry(DPDKKeys.ealArguments.name, list(dpdk.ealArguments.map(text))),
    ])
  }

  private static func fragments(_ fragments: FragmentSettings) -> SourceValue {
    mapping([
      entry(FragmentKeys.datagrams.name, plain("\(fragments.datagrams)")),
      entry(FragmentKeys.held.name, plain("\(fragments.held)")),
      entry(FragmentKeys.perClient.name, plain("\(fragments.perClient)")),
      entry(FragmentKeys.timeout.name, plain(spelling(milliseconds: fragments.timeout))),
    ])
  }

  private static func sessions(_ sessions: SessionSettings) -> SourceValue {
    let timeouts = [
      (TimeoutKeys.tcpSyn, sessions.timeouts.tcpSyn), (TimeoutKeys.tcpEstablished, sessions.timeouts.tcpEstablished),
      (TimeoutKeys.tcpClosing, sessions.timeouts.tcpClosing), (TimeoutKeys.udp, sessions.timeouts.udp),
      (TimeoutKeys.icmp, sessions.timeouts.icmp),
    ]
    return mapping([
      entry(SessionKeys.capacity.name, plain("\(sessions.capacity)")),
      entry(SessionKeys.floodRate.name, plain("\(sessions.floodRate)")),
      entry(SessionKeys.timeouts.name, mapping(timeouts.map { entry($0.name, plain(spelling(milliseconds: $1))) })),
    ])
  }
}
