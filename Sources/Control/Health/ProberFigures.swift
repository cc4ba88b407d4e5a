/// What the prober has done, and how late it was.
struct ProberFigures: Equatable, Sendable {
  /// Checks that have a socket now.
  var running = 0
  /// Checks that passed, since the start.
  var passed: UInt64 = 0
  /// Checks that failed, since the start.
  var failed: UInt64 = 0
  /// Checks that say nothing of a server: we were late, or could not ask.
  var inconclusive: UInt64 = 0
  /// Seconds that checks began later than they should have, all together.
  var lateness = 0.0
  /// The most of the last minute or so: it halves with every 4096 checks.
  var worstLateness = 0.0

  mutating func count(_ outcome: CheckOutcome) {
    switch outcome {
    case .pass: passed += 1
    case .failure: failed += 1
    case .inconclusive: inconclusive += 1
    }
    if (passed + failed + inconclusive) % 4096 == 0 { worstLateness /= 2 }
  }

  mutating func note(_ late: Duration) {
    let seconds = max(0, late / .seconds(1))
    lateness += seconds
    worstLateness = max(worstLateness, seconds)
  }
}
