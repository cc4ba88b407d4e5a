/// Makes a configuration of a file's tree. All that is wrong with it goes to `findings`, as far as it can be told:
/// one wrong value does not hide another. What is only remarkable (`Configuration.remarks`) is told afterwards.
struct ConfigurationDecoder {
  /// Where complaints go.
  let findings: Findings

  /// The configuration. Nil: at least one reason against it is noted.
  func configuration(_ root: SourceValue) -> Configuration? {
    guard let fields = Fields(root, at: ConfigurationPath(), RootKeys.section, findings) else { return nil }
    let idle = fields.value(RootKeys.idle)
    let dpdk = fields.section(RootKeys.dpdk, DPDKKeys.section).flatMap(dpdk)
    let ports = ports(fields)
    let unmatched = fields.value(RootKeys.unmatched)
    let control = fields.section(RootKeys.control, ControlKeys.section).flatMap(control)
    let hashSeed = fields.value(RootKeys.hashSeed)
    let sessions = fields.section(RootKeys.sessions, SessionKeys.section).flatMap(sessions)
    let fragments = fields.section(RootKeys.fragments, FragmentKeys.section).flatMap(fragments)
    let sourceRewrites = sourceRewrites(fields)
    let services = services(fields)
    refuseTwins(root, ports ?? [], services)
    refuseTooManyTwins(root, ports ?? [])
    guard let dpdk, let ports, let unmatched, let control, let idle, let sessions, let fragments else { return nil }
    let configuration = Configuration(
      dpdk: dpdk, ports: ports, unmatched: unmatched, control: control, hashSeed: hashSeed, idle: idle,
      sessions: sessions, fragments: fragments, sourceRewrites: sourceRewrites, services: services)
    for contradiction in configuration.contradictions { refuse(contradiction, fields) }
    return configuration
  }

  private func refuse(_ contradiction: Contradiction, _ root: Fields) {
    let path = root.path.key(contradiction.key)
    findings.refuse(
      contradiction.service.map { path.index($0).key(contradiction.field) } ?? path,
      at: root.position(of: contradiction.key), found: contradiction.found, expected: contradiction.expected)
  }

  private func control(_ fields: Fields) -> ControlSettings? {
    let socket = fields.value(ControlKeys.socket)
    let mode = fields.value(ControlKeys.socketMode)
    let group = fields.value(ControlKeys.socketGroup)
    let metrics = fields.value(ControlKeys.metrics)
    let connections = fields.value(ControlKeys.connections)
    let share = fields.value(ControlKeys.maxRemovedShare)
    let logFormat = fields.value(ControlKeys.logFormat)
    guard let socket, let mode, let connections, let share, let logFormat else { return nil }
    return ControlSettings(
      socket: socket, socketMode: mode, socketGroup: group, metrics: metrics, connections: connections,
      maxRemovedShare: share, logFormat: logFormat)
  }

  private func sessions(_ fields: Fields) -> SessionSettings? {
    let capacity = fields.value(SessionKeys.capacity)
    let floodRate = fields.value(SessionKeys.floodRate)
    let timeouts = fields.section(SessionKeys.timeouts, TimeoutKeys.section).flatMap(timeouts)
    guard let capacity, let floodRate, let timeouts else { return nil }
    return SessionSettings(capacity: capacity, floodRate: floodRate, timeouts: timeouts)
  }

  private func fragments(_ fields: Fields) -> FragmentSettings? {
    let datagrams = fields.value(FragmentKeys.datagrams)
    let held = fields.value(FragmentKeys.held)
    let perClient = fields.value(FragmentKeys.perClient)
    let timeout = fields.value(FragmentKeys.timeout)
    guard let datagrams, let held, let perClient, let timeout else { return nil }
    return FragmentSettings(datagrams: datagrams, held: held, perClient: perClient, timeout: timeout)
  }

  private func timeouts(_ fields: Fields) -> SessionTimeouts? {
    let tcpSyn = fields.value(TimeoutKeys.tcpSyn)
    let tcpEstablished = fields.value(TimeoutKeys.tcpEstablished)
    let tcpClosing = fields.value(TimeoutKeys.tcpClosing)
    let udp = fields.value(TimeoutKeys.udp)
    let icmp = fields.value(TimeoutKeys.icmp)
    guard let tcpSyn, let tcpEstablished, let tcpClosing, let udp, let icmp else { return nil }
    return SessionTimeouts(
      tcpSyn: tcpSyn, tcpEstablished: tcpEstablished, tcpClosing: tcpClosing, udp: udp, icmp: icmp)
  }
}
