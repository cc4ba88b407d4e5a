extension ConfigurationTree {
  /// `services[].health`.
  static func health(_ health: HealthSettings) -> SourceValue {
    mapping(
      check(CheckOverrides(health.check)) + [
        entry(HealthKeys.onDown.name, plain(health.onDown.rawValue)),
        entry(HealthKeys.failOpen.name, plain("\(health.failOpen)")),
        entry(HealthKeys.slowStart.name, plain(spelling(milliseconds: health.slowStart))),
        entry(HealthKeys.damping.name, plain(spelling(milliseconds: health.damping))),
      ] + passive(health.passive))
  }

  private static func passive(_ passive: PassiveSettings) -> [SourceEntry] {
    [
      entry(HealthKeys.passive.name, plain("\(passive.isOn)")),
      entry(HealthKeys.passiveWindow.name, plain(spelling(milliseconds: passive.window))),
      entry(HealthKeys.passiveSample.name, plain("\(passive.sample)")),
      entry(HealthKeys.passiveFailures.name, plain("\(passive.failures)")),
      entry(HealthKeys.passiveEjected.name, plain("\(passive.ejected)")),
      entry(HealthKeys.passiveRetry.name, plain(spelling(milliseconds: passive.retry))),
    ]
  }

  /// The keys of a check that are written.
  static func check(_ check: CheckOverrides) -> [SourceEntry] {
    let entries: [(String, SourceValue?)] = [
      (CheckKeys.kind.name, check.kind.map { plain($0.rawValue) }),
      (CheckKeys.address.name, check.address.map { plain("\($0)") }),
      (CheckKeys.port.name, check.port.map { plain("\($0)") }),
      (CheckKeys.interval.name, check.interval.map { plain(spelling(milliseconds: $0)) }),
      (CheckKeys.fastInterval.name, check.fastInterval.map { plain(spelling(milliseconds: $0)) }),
      (CheckKeys.timeout.name, check.timeout.map { plain(spelling(milliseconds: $0)) }),
      (CheckKeys.rise.name, check.rise.map { plain("\($0)") }),
      (CheckKeys.fall.name, check.fall.map { plain("\($0)") }),
      (CheckKeys.jitter.name, check.jitter.map { plain("\($0)") }),
      (CheckKeys.method.name, check.method.map { plain($0.rawValue) }),
      (CheckKeys.path.name, check.path.map(text)), (CheckKeys.host.name, check.host.map(text)),
      (CheckKeys.status.name, check.status.map { text("\($0)") }), (CheckKeys.body.name, check.body.map(text)),
      (CheckKeys.send.name, check.send.map(text)), (CheckKeys.expect.name, check.expect.map(text)),
      (CheckKeys.query.name, check.query.map(text)),
    ]
    return entries.compactMap { key, value in value.map { entry(key, $0) } }
  }
}

extension CheckOverrides {
  /// Everything that a check says.
  public init(_ check: CheckSettings) {
    self.init(
      kind: check.kind, address: check.address, port: check.port, interval: check.interval,
      fastInterval: check.fastInterval, timeout: check.timeout, rise: check.rise, fall: check.fall,
      jitter: check.jitter, method: check.method, path: check.path, host: check.host, status: check.status,
      body: check.body, send: check.send, expect: check.expect, query: check.query)
  }
}
