import Foundation

/// `GET /v1/health`: whether the backends work, and how it is known.
public struct HealthReport: Report {
  /// One service.
  public struct Service: Codable, Equatable, Sendable {
    /// Its name.
    public var name: String
    /// How its backends are asked, unless they say otherwise; `none`: nobody asks.
    public var check: String
    /// Backends that should take sessions, backups apart.
    public var wanted: Int
    /// How many of them are up.
    public var up: Int
    /// Whether backends are used that are down, since too few are up.
    public var failOpen: Bool
    /// Whether backups are used.
    public var backupsUsed: Bool
    /// Whether it is observed how they take new sessions.
    public var passive: Bool
    /// In the order of the configuration.
    public var backends: [BackendHealthReport]
  }

  /// In the order of the configuration.
  public var services: [Service]
  /// What the prober does.
  public var prober: ProberReport

  /// The health of all services, or of one.
  ///
  /// - Returns: nil: no service has the name.
  init?(_ instance: Instance, service name: String? = nil) {
    let now = ContinuousClock.now
    let placements = instance.publisher.state.services.filter { name == nil || $0.name == name }
    if name != nil, placements.isEmpty { return nil }
    let desk = instance.health
    services = placements.map { placement in
      Service(
        name: placement.name, check: placement.settings.health?.check.kind.rawValue ?? "none",
        wanted: placement.pool.wanted, up: placement.pool.up, failOpen: placement.pool.isFailOpen,
        backupsUsed: placement.pool.usesBackups,
        passive: placement.settings.isObserved,
        backends: zip(placement.settings.backends, placement.backends).map { backend, place in
          let served = ServedBackend(service: placement.identity, backend: backend.identity)
          return BackendHealthReport(
            backend, desk.book.withLock { $0.backend(served) },
            openings: placement.settings.isObserved ? OpeningReport(desk.openings(place.slot)) : nil, at: now)
        })
    }
    prober = ProberReport(desk)
  }
}
