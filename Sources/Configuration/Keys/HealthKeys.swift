/// The keys of `services[].health`.
enum HealthKeys {
  /// What the sessions of a backend that is down get.
  static let onDown = Key<HealthSettings.OnDown>.defaulted("on_down", .choice(), to: "reselect")
  /// Per cent of the backends: with fewer up, all are used.
  static let failOpen = Key<Int>.defaulted("fail_open", .integer(0...100, "a percentage"), to: "1")
  /// In which the share of a backend that has come up grows.
  static let slowStart = Key<UInt64>.defaulted("slow_start", .periodOrNone, to: "0s")
  /// Within which a backend that goes down again counts as unsteady.
  static let damping = Key<UInt64>.defaulted("damping", .periodOrNone, to: "0s")

  /// Whether workers observe how backends take new sessions.
  static let passive = Key<Bool>.defaulted("passive", .boolean, to: "false")
  /// What is looked back.
  static let passiveWindow = Key<UInt64>.defaulted("passive_window", .lookBack, to: "10s")
  /// New sessions below which nothing is concluded.
  static let passiveSample = Key<Int>.defaulted(
    "passive_sample", .integer(1...1_000_000, "a number of sessions"), to: "10")
  /// Part of them that has to fail.
  static let passiveFailures = Key<Double>.defaulted("passive_failures", .share, to: "0.5")
  /// Part of a pool that may be out by observation.
  static let passiveEjected = Key<Double>.defaulted("passive_ejected", .share, to: "0.5")
  /// After which a backend that nobody checks is tried again.
  static let passiveRetry = Key<UInt64>.defaulted("passive_retry", .periodOrNone, to: "0s")

  /// All of them, each once.
  static let section = Section(
    "services[].health",
    CheckKeys.descriptions + [
      onDown.description, failOpen.description, slowStart.description, damping.description, passive.description,
      passiveWindow.description, passiveSample.description, passiveFailures.description, passiveEjected.description,
      passiveRetry.description,
    ])
}
