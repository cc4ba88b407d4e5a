import Counters
import Net

/// What workers see in the traffic of observed services, on the event loop.
extension HealthDesk {
  /// One look at what workers have counted, once a second.
  func lookAtTraffic(of state: RunningState) {
    guard !tallies.isEmpty, state.services.contains(where: { $0.settings.isObserved }) else { return }
    let found = book.withLock { book in
      passive.withLock { $0.look(at: state, book) { self.openings($0.slot) } }
    }
    for (served, cause) in found { observe(served, cause: cause) }
  }

  /// How sessions with a backend began, at all workers.
  func openings(_ slot: BackendSlot) -> OpeningSnapshot {
    tallies.reduce(OpeningSnapshot()) { $0 + $1.openings(slot) }
  }
}
