extension ServiceSettings {
  /// What the operator should know of this service, each by the key that is meant.
  var remarks: [(key: String, message: String)] {
    var remarks: [(key: String, message: String)] = []
    if let reason = reasonForNoSessions {
      remarks.append(
        (
          ServiceKeys.backends.name, "\(reason), so no new session finds a server (when_empty: \(whenEmpty.rawValue))"
        ))
    }
    let wanted = 100
    if maglevSlots < wanted * backends.count {
      remarks.append(
        (
          ServiceKeys.maglevSlots.name,
          "\(maglevSlots) slots for \(backends.count) backends: with fewer than \(wanted) each, shares stray from the"
            + " weights"
        ))
    }
    if let health, health.passive.isOn, health.passive.retry == 0, backends.contains(where: { isUnchecked($0, health) })
    {
      remarks.append(
        (
          "\(ServiceKeys.health.name).\(HealthKeys.passive.name)",
          "a backend that observation takes down stays so until somebody brings it up, where no check does: give it a"
            + " check, or \(HealthKeys.passiveRetry.name)"
        ))
    }
    if !backends.isEmpty, backends.allSatisfy(\.isBackup) {
      remarks.append((ServiceKeys.backends.name, "every backend is a backup, so they are used as if none were"))
    }
    return remarks + healthRemarks
  }

  /// Whether nothing asks a backend.
  private func isUnchecked(_ backend: BackendSettings, _ health: HealthSettings) -> Bool {
    health.check.overridden(by: backend.check).kind == .none
  }

  /// Why no backend takes sessions; nil: one does.
  private var reasonForNoSessions: String? {
    if backends.isEmpty { return "there are none" }
    if backends.contains(where: \.takesSessions) { return nil }
    return backends.contains { $0.weight > 0 } ? "every backend is draining or has weight 0" : "every weight is 0"
  }
}
