extension ConfigurationDecoder {
  /// A service's `health`. Nil: there is none, or it was refused.
  func health(_ service: Fields) -> HealthSettings? {
    guard service.has(ServiceKeys.health.name),
      let fields = service.section(ServiceKeys.health, HealthKeys.section)
    else { return nil }
    let check = CheckKeys.defaults.overridden(by: written(fields))
    let onDown = fields.value(HealthKeys.onDown)
    let failOpen = fields.value(HealthKeys.failOpen)
    let slowStart = fields.value(HealthKeys.slowStart)
    let damping = fields.value(HealthKeys.damping)
    let passive = passive(fields)
    guard let onDown, let failOpen, let slowStart, let damping, let passive else { return nil }
    return HealthSettings(
      check: check, onDown: onDown, failOpen: failOpen, slowStart: slowStart, damping: damping, passive: passive)
  }

  /// What is said of observation. Nil: something was refused.
  private func passive(_ fields: Fields) -> PassiveSettings? {
    let isOn = fields.value(HealthKeys.passive)
    let window = fields.value(HealthKeys.passiveWindow)
    let sample = fields.value(HealthKeys.passiveSample)
    let failures = fields.value(HealthKeys.passiveFailures)
    let ejected = fields.value(HealthKeys.passiveEjected)
    let retry = fields.value(HealthKeys.passiveRetry)
    guard let isOn, let window, let sample, let failures, let ejected, let retry else { return nil }
    return PassiveSettings(
      isOn: isOn, window: window, sample: sample, failures: failures, ejected: ejected, retry: retry)
  }

  /// A backend's `health`. Nil: it was refused.
  func overrides(_ backend: Fields) -> CheckOverrides? {
    backend.section(BackendKeys.health, CheckKeys.overrides).map(written)
  }

  private func written(_ fields: Fields) -> CheckOverrides {
    CheckOverrides(
      kind: fields.written(CheckKeys.kind), address: fields.written(CheckKeys.address),
      port: fields.written(CheckKeys.port), interval: fields.written(CheckKeys.interval),
      fastInterval: fields.written(CheckKeys.fastInterval), timeout: fields.written(CheckKeys.timeout),
      rise: fields.written(CheckKeys.rise), fall: fields.written(CheckKeys.fall),
      jitter: fields.written(CheckKeys.jitter), method: fields.written(CheckKeys.method),
      path: fields.written(CheckKeys.path), host: fields.written(CheckKeys.host),
      status: fields.written(CheckKeys.status), body: fields.written(CheckKeys.body),
      send: fields.written(CheckKeys.send), expect: fields.written(CheckKeys.expect),
      query: fields.written(CheckKeys.query))
  }

  /// Refuses checks that lack something without which they cannot be made: the service's own, and those that a backend
  /// changes.
  func refuseIncompleteChecks(of service: DecodedService) {
    if let check = service.settings.health?.check {
      let position = service.fields.position(of: ServiceKeys.health.name)
      refuse(check, at: service.fields.path.key(ServiceKeys.health.name), position, service.settings)
    }
    for backend in service.backends { refuseIncompleteCheck(of: backend, in: service.settings) }
  }

  /// Refuses a backend's check that cannot be made.
  func refuseIncompleteCheck(of backend: Located<BackendSettings>, in service: ServiceSettings) {
    guard let own = backend.value.check else { return }
    let path = backend.path.key(BackendKeys.health.name)
    guard let health = service.health else {
      return findings.refuse(
        path, at: backend.position, found: "a check of its own", expected: "it only where the service has 'health'")
    }
    refuse(health.check.overridden(by: own), at: path, backend.position, service)
  }

  private func refuse(
    _ check: CheckSettings, at path: ConfigurationPath, _ position: SourcePosition, _ service: ServiceSettings
  ) {
    if check.needsPort, check.port == nil, service.port == 0 {
      findings.refuse(
        path.key(CheckKeys.port.name), at: position, found: "nothing",
        expected: "a port for the check of type \(check.kind.rawValue): the service has none")
    }
    if check.kind == .dns, check.query == nil {
      findings.refuse(
        path.key(CheckKeys.query.name), at: position, found: "nothing", expected: "the name that dns asks for")
    }
  }
}
