import Configuration
import Counters
import Tables

/// One backend of one service: its settings under the names they have in the configuration, and its figures.
public struct BackendReport: Codable, Equatable, Sendable {
  /// Whether it takes new sessions.
  public enum State: String, Codable, Sendable {
    /// It does.
    case up
    /// It keeps those it has: weight 0, or `drain`.
    case drain
    /// Its address is not found by ARP, and it gets nothing.
    case unresolved
    /// It does not work: 'sluice health' says why.
    case down
    /// It does not work, and is used all the same since too few do ('fail_open').
    case failOpen = "fail_open"
    /// Somebody works on it.
    case maintenance
    /// A backup that is not needed.
    case backup
    /// It is no longer configured, and keeps those it has until they end.
    case removed
    /// Those it had are over, and end with their next packet.
    case killed

    init(_ state: BackendState, isBackup: Bool, _ condition: BackendCondition?) {
      switch state {
      case .active where condition == .down: self = .failOpen
      case .down where condition == .maintenance, .downWithReset where condition == .maintenance: self = .maintenance
      case .draining where condition == .maintenance: self = .maintenance
      case .draining where condition == .down: self = .down
      case .draining where isBackup && condition != .drain: self = .backup
      case .active: self = .up
      case .draining: self = .drain
      case .down, .downWithReset: self = .down
      case .removed: self = .removed
      default: self = .killed
      }
    }
  }

  /// The name of its service.
  public var service: String
  /// A label.
  public var name: String
  /// `address:port`; the address alone for ICMP, and in `dsr` services, where the MAC address stands if that is how it is
  /// given.
  public var address: String
  /// Where frames are sent, in a `dsr` service; absent while the address is not resolved.
  public var mac: String?
  /// Share of new sessions, in proportion to the others; of one that is no longer configured, 0.
  public var weight: UInt32
  /// Whether it takes new sessions.
  public var state: State
  /// Maglev slots it has.
  public var slots: Int
  /// Share of the service's slots, 0 to 1: the share of new sessions it gets.
  public var share: Double
  /// Share of the weights of those that take sessions, 0 to 1: what `share` comes as near to as the number of slots allows.
  public var idealShare: Double
  /// Sessions now.
  public var activeSessions: UInt64
  /// Sessions made since start.
  public var newSessions: UInt64
  /// What went to and from it.
  public var traffic: TrafficFigures
  /// How its sessions begin; absent while its service is not observed.
  public var openings: OpeningReport?
  /// How its sessions dwindle; absent while it takes new ones.
  public var draining: DrainReport?

  /// The backends of a service: those of the configuration in its order, then those that have left and still have
  /// sessions.
  static func all(of service: ServicePlacement, _ reading: Reading) -> [BackendReport] {
    let configured = service.isRemoved ? [] : service.settings.backends
    let weights = service.pool.seats.reduce(UInt64(0)) { $0 + UInt64($1.weight) }
    let present = zip(service.backends, zip(configured, service.pool.seats)).map { placement, backend in
      let (settings, seat) = backend
      let share = seat.weight > 0 ? Double(seat.weight) / Double(weights) : 0
      let isBackup = settings.isBackup && settings.takesSessions
      return BackendReport(
        placement, weight: settings.weight, of: service, isBackup: isBackup, idealShare: share, reading)
    }
    let leaving = service.leavingBackends.map {
      BackendReport($0, weight: 0, of: service, isBackup: false, idealShare: 0, reading)
    }
    return present + leaving
  }

  private init(
    _ placement: BackendPlacement, weight: UInt32, of service: ServicePlacement, isBackup: Bool, idealShare: Double,
    _ reading: Reading
  ) {
    let counters = reading.backend(placement.slot)
    self.service = service.name
    name = placement.name
    address = placement.identity.description
    mac = placement.mac?.description
    self.weight = weight
    let isLost = service.settings.mode == .dsr && placement.mac == nil && placement.state.isConfigured
    let condition = service.conditions[placement.identity]
    state = isLost ? .unresolved : State(placement.state, isBackup: isBackup, condition)
    slots = placement.maglevSlots
    share = Self.rounded(Double(slots) / Double(service.settings.maglevSlots))
    self.idealShare = Self.rounded(idealShare)
    activeSessions = counters.sessionsActive
    newSessions = counters.sessionsCreated
    traffic = TrafficFigures(counters)
    if service.settings.isObserved {
      openings = OpeningReport(reading.instance.health.openings(placement.slot))
    }
    if placement.state != .active {
      draining = reading.instance.drains.report(
        ServedBackend(service: service.identity, backend: placement.identity), sessions: activeSessions)
    }
  }

  /// To a millionth: a slot of the largest table is 8 of them.
  static func rounded(_ share: Double) -> Double { (share * 1e6).rounded() / 1e6 }
}
