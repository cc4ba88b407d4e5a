import Configuration

/// A backend of which something is known, or is to be found out.
struct WatchedBackend {
  /// By which checks under way know it.
  let id: Int
  /// Where it stands.
  let served: ServedBackend
  /// What it is called.
  var service: String
  var name: String
  /// How its service is watched.
  var settings: HealthSettings
  /// How it is asked.
  var check: CheckSettings
  /// Where.
  var target: CheckTarget
  /// What is known.
  var health: BackendHealth
  /// Whether a check is under way.
  var isRunning = false
  /// When the next check is due; nil: none is.
  var nextCheck: ContinuousClock.Instant?
  /// Of the check that is due: those that were due before it are void.
  var turn = 0

  /// A backend of a service.
  ///
  /// - Parameter path: gives the way of its check; nil: it goes to an address of the server's.
  init(
    id: Int, _ backend: BackendSettings, of service: ServiceSettings, at now: ContinuousClock.Instant,
    path: (CheckSettings) -> ProbePath? = { _ in nil }
  ) {
    self.id = id
    served = ServedBackend(service: service.identity, backend: backend.identity)
    self.service = service.name
    name = backend.name
    settings = service.health ?? .unwatched
    check = settings.check.overridden(by: backend.check)
    target = CheckTarget(check, backend, service, by: path(check))
    // Known by its MAC address alone, and not asked by way of the VIP: there is nothing that the kernel could connect to.
    if target.address.rawValue == 0 { check.kind = .none }
    health = BackendHealth(at: now)
  }

  /// Whether it has to be remembered though nobody asks it.
  var isSpokenOf: Bool { health.order != nil || health.report != nil || health.view.state == .down }

  /// Time from the start of a check to that of the next.
  var pause: Duration {
    let base = health.isChanging ? min(check.fastInterval, check.interval) : check.interval
    let part = check.jitter > 0 ? Double.random(in: -check.jitter...check.jitter) : 0
    return .milliseconds(max(10, Double(base) * (1 + part)))
  }
}
