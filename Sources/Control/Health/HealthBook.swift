import Configuration

/// Every backend of which something is known, and what follows for the tables. Behind `HealthDesk`'s lock.
struct HealthBook {
  /// By their ids.
  private(set) var backends: [Int: WatchedBackend] = [:]
  private var ids: [ServedBackend: Int] = [:]
  private var nextID = 0
  /// Those whose state changes with time alone.
  private var waiting: Set<Int> = []
  /// What the tables should have.
  private(set) var conditions: BackendConditions = [:]
  /// Whether the tables may have something else.
  var isDirty = false
  /// Services whose backends are watched.
  private var watched: Set<ServiceIdentity> = []
  /// Names of those that the last configuration has no longer watched, though it has them.
  private(set) var released: [String] = []
  /// Transitions since the start.
  private(set) var transitions: UInt64 = 0
  /// Those of them by which observation took a backend down.
  private(set) var ejections: UInt64 = 0

  /// The backend of an id.
  subscript(id: Int) -> WatchedBackend? { backends[id] }

  /// What is known of a backend.
  func backend(_ served: ServedBackend) -> WatchedBackend? { ids[served].flatMap { backends[$0] } }

  /// Follows a configuration: what stays keeps its state, whatever else of it changes.
  ///
  /// - Returns: ids of those that are new or are to be asked in another way: their next check is to be found anew.
  mutating func follow(_ state: RunningState, at now: ContinuousClock.Instant) -> [Int] {
    let paths = ProbePaths(state)
    var seen: Set<Int> = []
    var changed: [Int] = []
    note(state.configuration.services)
    for (position, service) in state.configuration.services.enumerated() {
      for (number, backend) in service.backends.enumerated() {
        let served = ServedBackend(service: service.identity, backend: backend.identity)
        guard service.health != nil || ids[served] != nil else { continue }
        let (id, isChanged) = keep(backend, of: service, served, at: now) {
          paths.path($0, service: position, backend: number)
        }
        guard let id else { continue }
        seen.insert(id)
        if isChanged { changed.append(id) }
      }
    }
    for (id, backend) in backends where !seen.contains(id) { remove(id, backend.served) }
    return changed
  }

  /// Notes which services are watched, and which no longer.
  private mutating func note(_ services: [ServiceSettings]) {
    released = services.filter { $0.health == nil && watched.contains($0.identity) }.map(\.name)
    watched = Set(services.filter { $0.health != nil }.map(\.identity))
  }

  private mutating func keep(
    _ backend: BackendSettings, of service: ServiceSettings, _ served: ServedBackend, at now: ContinuousClock.Instant,
    path: (CheckSettings) -> ProbePath?
  ) -> (id: Int?, isChanged: Bool) {
    guard let id = ids[served], let old = backends[id] else {
      return (add(backend, of: service, at: now, path: path), true)
    }
    var new = WatchedBackend(id: id, backend, of: service, at: now, path: path)
    new.health = old.health
    new.isRunning = old.isRunning
    new.nextCheck = old.nextCheck
    new.turn = old.turn
    // What nobody looks at any more is not known any more; what somebody said still holds.
    let isLeftOut = new.health.isEjected && !new.settings.passive.isOn
    if service.health == nil || new.check.kind == .none && (old.check.kind != .none || isLeftOut) {
      _ = new.health.forget(at: now)
    }
    guard service.health != nil || new.isSpokenOf else { return (nil, false) }
    backends[id] = new
    renew(id, at: now)
    return (id, new.check != old.check || new.target != old.target)
  }

  /// Takes a backend in that is not known yet.
  private mutating func add(
    _ backend: BackendSettings, of service: ServiceSettings, at now: ContinuousClock.Instant,
    path: (CheckSettings) -> ProbePath? = { _ in nil }
  ) -> Int {
    nextID += 1
    let new = WatchedBackend(id: nextID, backend, of: service, at: now, path: path)
    backends[nextID] = new
    ids[new.served] = nextID
    return nextID
  }

  private mutating func remove(_ id: Int, _ served: ServedBackend) {
    backends[id] = nil
    ids[served] = nil
    waiting.remove(id)
    set(nil, served)
  }

  /// The id of a backend that somebody speaks of; nil: the configuration has no such backend.
  mutating func id(
    of served: ServedBackend, in configuration: Configuration, at now: ContinuousClock.Instant
  ) -> Int? {
    if let id = ids[served] { return id }
    guard let service = configuration.services.first(where: { $0.identity == served.service }),
      let backend = service.backends.first(where: { $0.identity == served.backend })
    else { return nil }
    return add(backend, of: service, at: now)
  }

  /// Changes a backend's state, and what follows from it.
  mutating func change(
    _ id: Int, at now: ContinuousClock.Instant, _ body: (inout WatchedBackend) -> HealthTransition?
  ) -> HealthTransition? {
    guard var backend = backends[id] else { return nil }
    let transition = body(&backend)
    backends[id] = backend
    if let transition {
      transitions += 1
      if transition.to == .down, transition.source == .passive { ejections += 1 }
    }
    renew(id, at: now)
    return transition
  }

  /// Lets time pass for those whose state changes with it.
  mutating func tick(at now: ContinuousClock.Instant) -> [(WatchedBackend, HealthTransition)] {
    waiting.compactMap { id in
      guard let transition = change(id, at: now, { $0.health.tick(at: now) }), let backend = backends[id] else {
        return nil
      }
      return (backend, transition)
    }
  }

  private mutating func renew(_ id: Int, at now: ContinuousClock.Instant) {
    guard let backend = backends[id] else { return }
    let condition = backend.health.condition(slowStart: backend.settings.slowStart, at: now)
    set(condition == .up ? nil : condition, backend.served)
    let isRising = if case .rising = condition { true } else { false }
    let isWaiting = isRising || backend.health.report != nil || backend.health.retryAt != nil
    if isWaiting { waiting.insert(id) } else { waiting.remove(id) }
  }

  private mutating func set(_ condition: BackendCondition?, _ served: ServedBackend) {
    guard conditions[served.service]?[served.backend] != condition else { return }
    conditions[served.service, default: [:]][served.backend] = condition
    if conditions[served.service]?.isEmpty == true { conditions[served.service] = nil }
    isDirty = true
  }
}
