import Configuration
import Counters

/// One service: its settings under the names they have in the configuration, and its figures.
public struct ServiceReport: Codable, Equatable, Sendable {
  /// A label.
  public var name: String
  /// What is rewritten.
  public var mode: String
  /// The address that clients know.
  public var vip: String
  /// The VIP's own MAC address, of a `dsr` service that has one.
  public var mac: String?
  /// `tcp`, `udp`, `icmp` or `all`.
  public var `protocol`: String
  /// Absent for ICMP, and where there are several or all.
  public var port: UInt16?
  /// Where there are several; absent else.
  public var ports: [UInt16]?
  /// What chooses a new session's backend: `session` or `source_ip`.
  public var affinity: String
  /// What a packet gets when no backend takes sessions: `pass`, `drop` or `reject`.
  public var whenEmpty: String
  /// What the sessions of a killed backend get: `reselect` or `reset`.
  public var onKill: String
  /// Who answers pings of the VIP: `backend`, `self` or `self_while_usable`.
  public var echo: String
  /// Slots of the Maglev table.
  public var maglevSlots: Int
  /// Backends there are.
  public var backendCount: Int
  /// Backends that take new sessions.
  public var usableBackends: Int
  /// Sessions now, those of backends that have left as well.
  public var activeSessions: UInt64
  /// Sessions made since start.
  public var newSessions: UInt64
  /// What went to and from its backends.
  public var traffic: TrafficFigures

  init(_ placement: ServicePlacement, _ reading: Reading) {
    let backends = placement.backends + placement.leavingBackends
    self.init(
      placement.settings, counters: backends.reduce(BackendSnapshot()) { $0 + reading.backend($1.slot) })
    usableBackends = placement.pool.seats.count { $0.state == .active }
  }

  init(_ settings: ServiceSettings, counters: BackendSnapshot) {
    name = settings.name
    mode = settings.mode.rawValue
    vip = settings.vip.description
    mac = settings.mac?.description
    `protocol` = settings.protocols.rawValue
    port = settings.port == 0 || !settings.otherPorts.isEmpty ? nil : settings.port
    ports = settings.otherPorts.isEmpty ? nil : settings.ports
    affinity = settings.affinity.rawValue
    whenEmpty = settings.whenEmpty.rawValue
    onKill = settings.onKill.rawValue
    echo = settings.echo.rawValue
    maglevSlots = settings.maglevSlots
    backendCount = settings.backends.count
    usableBackends = settings.backends.count(where: \.takesSessions)
    activeSessions = counters.sessionsActive
    newSessions = counters.sessionsCreated
    traffic = TrafficFigures(counters)
  }
}
