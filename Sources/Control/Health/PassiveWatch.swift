import Configuration
import Counters

/// Looks once a second at how the backends of all observed services take new sessions. Behind `HealthDesk`'s lock.
struct PassiveWatch: Sendable {
  private var judges: [ServiceIdentity: PassiveJudge<BackendIdentity>] = [:]

  /// One look.
  ///
  /// - Parameters:
  ///   - book: which of them are up.
  ///   - openings: what workers have counted of a backend.
  /// - Returns: those that are down from now on, and why.
  mutating func look(
    at state: RunningState, _ book: HealthBook, openings: (BackendPlacement) -> OpeningSnapshot
  ) -> [(served: ServedBackend, cause: String)] {
    var found: [(ServedBackend, String)] = []
    var seen: Set<ServiceIdentity> = []
    for service in state.services {
      guard let settings = service.settings.health?.passive, settings.isOn else { continue }
      seen.insert(service.identity)
      var judge = judges[service.identity] ?? PassiveJudge(settings)
      // Other rules begin anew.
      if judge.settings != settings { judge = PassiveJudge(settings) }
      for finding in judge.look(at: Self.seats(of: service, book, openings)) {
        found.append((ServedBackend(service: service.identity, backend: finding.backend), finding.cause))
      }
      judges[service.identity] = judge
    }
    judges = judges.filter { seen.contains($0.key) }
    return found
  }

  /// The backends of a service that should take sessions: not those that somebody has taken out.
  private static func seats(
    of service: ServicePlacement, _ book: HealthBook, _ openings: (BackendPlacement) -> OpeningSnapshot
  ) -> [PassiveJudge<BackendIdentity>.Seat] {
    zip(service.settings.backends, service.backends).compactMap { settings, placement in
      let known = book.backend(ServedBackend(service: service.identity, backend: settings.identity))?.health
      let state = known?.view.state ?? .unknown
      guard settings.takesSessions, state != .drain, state != .maintenance else { return nil }
      let counted = openings(placement)
      return PassiveJudge.Seat(
        backend: settings.identity,
        figures: [.connections(counted, isHeard: service.settings.mode != .dsr), .datagrams(counted)],
        isUp: state != .down, isEjected: known?.isEjected == true)
    }
  }
}
