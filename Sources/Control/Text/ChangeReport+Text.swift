extension ChangeReport {
  public var text: String { (body + [summary]).joined(separator: "\n") + "\n" }

  /// One line for the log: what changed, as far as a line holds it.
  var logLine: String {
    let changes = settings.map(\.text) + services.map(\.brief)
    let shown = changes.prefix(5).joined(separator: "; ") + (changes.count > 5 ? "; and \(changes.count - 5) more" : "")
    return "generation \(generation)" + (shown.isEmpty ? "" : ": \(shown)")
      + (savedTo.map { " (saved to \($0))" } ?? "")
  }

  private var body: [String] {
    warnings.map(Self.warningLine) + settings.map { "  \($0.text)" }
      + needsRestart.map { "! \($0.text): only at the next start" } + services.flatMap(\.lines)
      + (needsForce ? [removal] : [])
  }

  private var removal: String {
    "! removes \(Figures.percent(backendsRemovedShare)) of the backends" + (applied ? ", as forced" : ": needs --force")
  }

  /// Those about a configuration call themselves warnings, after its name.
  private static func warningLine(_ warning: String) -> String {
    warning.contains(": warning: ") ? warning : "warning: \(warning)"
  }

  private var summary: String {
    let saved = savedTo.map { ", saved to \($0)" } ?? ""
    if applied {
      return "done: generation \(generation) is in force\(saved)"
    }
    let isEmpty = services.isEmpty && settings.isEmpty && needsRestart.isEmpty
    return (isEmpty ? "nothing changes" : "nothing is changed yet")
      + ": generation \(generation) is in force, \(servicesUntouched) services untouched\(saved)"
  }
}

extension FieldChange {
  /// `weight: 1 -> 5`.
  var text: String {
    switch (from, to) {
    case (let from?, let to?): "\(key): \(from) -> \(to)"
    case (nil, let to?): "\(key): \(to) (new)"
    case (let from?, nil): "\(key): \(from) (gone)"
    case (nil, nil): key
    }
  }
}

extension ServicePlan {
  /// `service web: + 10.0.1.5:8080, ~ 10.0.1.2:8080 weight: 1 -> 5`.
  fileprivate var brief: String {
    guard change == .changed else { return "service \(name) \(change.rawValue)" }
    let parts =
      fields.map(\.text) + backendsAdded.map { "+ \($0.identity)" } + backendsRemoved.map { "- \($0.identity)" }
      + backendsChanged.map { "~ \($0.address) \($0.fields.map(\.text).joined(separator: ", "))" }
    let more = parts.count > 3 ? ", and \(parts.count - 3) more" : ""
    return "service \(name): " + parts.prefix(3).joined(separator: ", ") + more
  }

  /// A line for the service, one for each of its changes, and one for what they move.
  fileprivate var lines: [String] {
    let sign =
      switch change {
      case .added: "+"
      case .removed: "-"
      case .changed: "~"
      }
    let title = name == identity ? name : "\(name) (\(identity))"
    return ["\(sign) service \(title)"] + fields.map { "    \($0.text)" }
      + backendsAdded.map { "    + backend \($0.title), weight \($0.weight)\($0.drain ? ", draining" : "")" }
      + backendsRemoved.map { "    - backend \($0.title)" }
      + backendsChanged.map { "    ~ backend \($0.title): \($0.fields.map(\.text).joined(separator: ", "))" }
      + ["    \(movement)"]
  }

  private var movement: String {
    let drained = sessionsDraining > 0 ? ", \(Figures.count(sessionsDraining)) stay where they are until they end" : ""
    return "\(Figures.percent(slotsMovedShare)) of \(Figures.count(slots)) slots and "
      + "\(Figures.percent(sessionsMovedShare)) of \(Figures.count(sessions)) sessions move\(drained)"
  }
}

extension ServiceSettingsReport.Backend {
  /// By what it is meant.
  fileprivate var identity: String { mac ?? address ?? name }
  fileprivate var title: String { name == identity ? name : "\(name) (\(identity))" }
}

extension ServicePlan.Backend {
  fileprivate var title: String { name == address ? name : "\(name) (\(address))" }
}
