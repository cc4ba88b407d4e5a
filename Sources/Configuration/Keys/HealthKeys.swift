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

  /// All of them, each once.
  static let section = Section(
    "services[].health",
    CheckKeys.descriptions + [
      onDown.description, failOpen.description, slowStart.description, damping.description,
    ])
}
