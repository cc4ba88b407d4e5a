import Configuration

/// Judges the backends of one pool by how they take new sessions (behaviour 87): over a window, with a minimum sample, and
/// never more than a part of the pool. It takes backends down; others bring them up.
struct PassiveJudge<Backend: Hashable & Sendable>: Sendable {
  /// A backend at one look.
  struct Seat: Sendable {
    var backend: Backend
    /// Of its connections and of its flows of datagrams.
    var figures: [PassiveFigures]
    /// Whether it takes sessions.
    var isUp: Bool
    /// Whether it is out by observation.
    var isEjected: Bool
  }

  /// A backend that has failed, and why.
  struct Finding: Equatable, Sendable {
    var backend: Backend
    /// As an operator reads it: `passive: 12 of 12 SYNs unanswered in 10 s`.
    var cause: String
  }

  let settings: PassiveSettings
  /// By the kinds of a seat's figures. Of those that are up only: what was seen before they came up counts no more.
  private var windows: [Backend: [PassiveWindow]] = [:]

  init(_ settings: PassiveSettings) { self.settings = settings }

  /// One look, to be taken once a second.
  ///
  /// - Parameter pool: the backends that should take sessions.
  /// - Returns: those that are out from now on, the worst first.
  mutating func look(at pool: [Seat]) -> [Finding] {
    let up = pool.filter(\.isUp)
    let known = Set(up.map(\.backend))
    windows = windows.filter { known.contains($0.key) }
    var failed: [(backend: Backend, sum: PassiveWindow.Sum, kind: Int)] = []
    for seat in up {
      note(seat)
      let worst = (windows[seat.backend] ?? []).enumerated().map { (sum: $1.sum, kind: $0) }.filter {
        hasFailed($0.sum)
      }
      .max { share($0.sum) < share($1.sum) }
      if let worst { failed.append((seat.backend, worst.sum, worst.kind)) }
    }
    let room = room(in: pool.count, up: up.count, ejected: pool.count(where: \.isEjected))
    // Equal ones go in the pool's order.
    let order = failed.enumerated().sorted { (share($1.element.sum), $0.offset) < (share($0.element.sum), $1.offset) }
    let findings = order.prefix(room).map {
      Finding(backend: $1.backend, cause: Self.cause($1.sum, isDatagrams: $1.kind == 1))
    }
    // It may be up again by the next look.
    for finding in findings { windows[finding.backend] = nil }
    return findings
  }

  /// How many more may go.
  private func room(in pool: Int, up: Int, ejected: Int) -> Int {
    guard settings.ejected > 0 else { return 0 }
    let most = max(1, Int(Double(pool) * settings.ejected))
    return max(0, min(most - ejected, up - 1))
  }

  private mutating func note(_ seat: Seat) {
    var own = windows[seat.backend] ?? []
    for (kind, figures) in seat.figures.enumerated() {
      if own.count == kind { own.append(PassiveWindow()) }
      own[kind].add(figures, seconds: Int(settings.window / 1000))
    }
    windows[seat.backend] = own
  }

  private func hasFailed(_ sum: PassiveWindow.Sum) -> Bool {
    sum.failures > 0 && sum.sessions >= settings.sample && share(sum) >= settings.failures
  }

  private func share(_ sum: PassiveWindow.Sum) -> Double { Double(sum.failures) / Double(max(1, sum.sessions)) }

  private static func cause(_ sum: PassiveWindow.Sum, isDatagrams: Bool) -> String {
    let parts = [
      (sum.unanswered, "unanswered"), (sum.refused, "refused"), (sum.unreachable, "unreachable"),
      (sum.repeated, "repeated"),
    ].filter { $0.0 > 0 }
    let noun = isDatagrams ? "new flows" : "SYNs"
    let text =
      parts.count == 1
      ? "\(parts[0].0) of \(sum.sessions) \(noun) \(parts[0].1)"
      : "of \(sum.sessions) \(noun) " + parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return "passive: \(text) in \(sum.seconds) s"
  }
}
