import Configuration
import Tables

/// Which backends of a service take sessions, and with what weight: what the configuration says, joined with health.
///
/// Backups are used while no other backend is up. With too few backends up, and no backup, all are used, since it is
/// rather the checks that fail (behaviour 90).
struct PoolPlan: Equatable, Sendable {
  /// What becomes of one backend.
  struct Seat: Equatable, Sendable {
    /// For its record.
    var state: BackendState
    /// In proportion to the others; 0: none.
    var weight: UInt32
  }

  /// In the order of the configuration.
  let seats: [Seat]
  /// Whether backends are used that are down.
  let isFailOpen: Bool
  /// Whether backups are used.
  let usesBackups: Bool
  /// Whether it has backends, and none of them takes sessions.
  var isDead: Bool { !seats.isEmpty && seats.allSatisfy { $0.state != .active } }
  /// Backends that should take sessions, backups apart.
  let wanted: Int
  /// How many of them are up.
  let up: Int

  /// The pool of a service.
  ///
  /// - Parameter unresolved: backends that no frame can be sent to, whatever is known of them.
  init(
    _ service: ServiceSettings, _ conditions: [BackendIdentity: BackendCondition],
    unresolved: Set<BackendIdentity> = []
  ) {
    let states = service.backends.map { backend in
      unresolved.contains(backend.identity) ? .unresolved : conditions[backend.identity] ?? .up
    }
    let pool = service.backends.indices.filter { service.backends[$0].takesSessions && states[$0].isWanted }
    let primaries = pool.filter { !service.backends[$0].isBackup }
    let main = primaries.isEmpty ? pool : primaries
    let mainUp = main.filter { states[$0].isUp }
    let backupsUp = primaries.isEmpty ? [] : pool.filter { service.backends[$0].isBackup && states[$0].isUp }
    let settings = service.health ?? .unwatched
    wanted = main.count
    up = mainUp.count
    usesBackups = mainUp.isEmpty && !backupsUp.isEmpty || primaries.isEmpty && !mainUp.isEmpty
    isFailOpen = !usesBackups && up < main.count && up * 100 < settings.failOpen * main.count
    let used = Set(isFailOpen ? main : mainUp.isEmpty ? backupsUp : mainUp)
    let isRising = !isFailOpen && used.contains { states[$0].tenths < 10 }
    let isFailOpen = isFailOpen
    seats = service.backends.indices.map { position in
      let (backend, state) = (service.backends[position], states[position])
      guard used.contains(position) else { return Seat(state: Self.state(of: state, settings.onDown), weight: 0) }
      let tenths = isRising ? state.tenths : 1
      return Seat(state: .active, weight: backend.weight * (isFailOpen ? 1 : tenths))
    }
  }

  /// What a backend that takes no sessions does with those it has.
  private static func state(of condition: BackendCondition, _ onDown: HealthSettings.OnDown) -> BackendState {
    switch condition {
    case .up, .rising, .drain: return .draining
    case .unresolved: return .down
    case .down, .maintenance:
      switch onDown {
      case .reselect: return .down
      case .keep: return .draining
      case .reset: return .downWithReset
      }
    }
  }
}
