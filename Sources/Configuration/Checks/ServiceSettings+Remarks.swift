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
    if !backends.isEmpty, backends.allSatisfy(\.isBackup) {
      remarks.append((ServiceKeys.backends.name, "every backend is a backup, so they are used as if none were"))
    }
    return remarks + healthRemarks
  }

  /// Why no backend takes sessions; nil: one does.
  private var reasonForNoSessions: String? {
    if backends.isEmpty { return "there are none" }
    if backends.contains(where: \.takesSessions) { return nil }
    return backends.contains { $0.weight > 0 } ? "every backend is draining or has weight 0" : "every weight is 0"
  }
}
