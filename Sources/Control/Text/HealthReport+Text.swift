import Foundation

extension HealthReport {
  public var text: String {
    let parts = services.map { service in
      var marks = ""
      if service.failOpen { marks += "; too few are up, so all of them are used" }
      if service.backupsUsed { marks += "; the backups are used" }
      return
        "service \(service.name): \(service.up) of \(service.wanted) up, check: \(service.check)\(service.passive ? ", passive" : "")\(marks)\n"
        + service.table
    }
    return parts.joined(separator: "\n") + "\n" + prober.line
  }
}

extension HealthReport.Service {
  /// One line a backend, and one for each of its last three transitions.
  fileprivate var table: String {
    var table = TextTable([
      .text("BACKEND"), .text("ADDRESS"), .text("STATE"), .number("SINCE"), .number("NEXT"), .text("SOURCE"),
      .text("LAST CHECK"), .text("CAUSE"),
    ])
    for backend in backends {
      let slow = backend.slowStartShare.map { " (\(Int($0 * 100)) %)" } ?? ""
      let ends = backend.reportEndsSeconds.map { " for \(Figures.duration($0))" } ?? ""
      table.add([
        backend.name, backend.address, backend.state.rawValue + slow,
        backend.cause == BackendHealthReport.nobodyAsks ? "-" : Figures.duration(backend.forSeconds),
        (backend.nextCheckSeconds ?? backend.retrySeconds).map { "\($0) s" } ?? "-", backend.source + ends,
        backend.lastCheckText, backend.cause,
      ])
    }
    return backends.isEmpty ? "no backends\n" : table.text + openingText + historyText
  }

  /// What observation has counted: one line a backend.
  private var openingText: String {
    backends.compactMap { backend in backend.openings.map { "  \(backend.name): \($0.line)\n" } }.joined()
  }

  private var historyText: String {
    backends.flatMap { backend in
      backend.history.suffix(3).map { change in
        "  \(change.at.formatted(.iso8601)) \(backend.name): \(change.from.rawValue) -> \(change.to.rawValue)"
          + " (\(change.source)): \(change.cause)\n"
      }
    }.joined()
  }
}

extension BackendHealthReport {
  /// What the last check found, and how far it is on its way up.
  fileprivate var lastCheckText: String {
    guard let lastCheck else { return "-" }
    return state == .down && passes > 0 ? "\(lastCheck), \(passes) of \(rise)" : lastCheck
  }
}

extension ProberReport {
  /// One line.
  fileprivate var line: String {
    "checks: \(Figures.count(passed)) passed, \(Figures.count(failed)) failed, \(Figures.count(inconclusive))"
      + " inconclusive; \(running) under way, \(queued) waiting, \(worstLatenessSeconds) s late at most;"
      + " \(Figures.count(transitions)) changes of state, \(Figures.count(tableSwaps)) table swaps\n"
  }
}
