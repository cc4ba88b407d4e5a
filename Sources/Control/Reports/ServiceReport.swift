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
  /// `tcp`, `udp`, `icmp` or `all`.
  public var `protocol`: String
  /// Absent for ICMP.
  public var port: UInt16?
  /// What chooses a new session's backend: `session` or `source_ip`.
  public var affinity: String
  /// What a packet gets when no backend takes sessions: `pass`, `drop` or `reject`.
  public var whenEmpty: String
  /// Slots of the Maglev table.
  public var maglevSlots: Int
  /// Backends there are.
  public var backendCount: Int
  /// Backends that take new sessions.
  public var usableBackends: Int
  /// Sessions now.
  public var activeSessions: UInt64
  /// Sessions made since start.
  public var newSessions: UInt64
  /// What went to and from its backends.
  public var traffic: TrafficFigures

  init(_ index: Int, _ reading: Reading) {
    self.init(
      reading.state.configuration.services[index],
      counters: reading.backends(ofService: index).reduce(BackendSnapshot(), +))
  }

  init(_ settings: ServiceSettings, counters: BackendSnapshot) {
    name = settings.name
    mode = settings.mode.rawValue
    vip = settings.vip.description
    `protocol` = settings.protocols.rawValue
    port = settings.protocols == .icmp ? nil : settings.port
    affinity = settings.affinity.rawValue
    whenEmpty = settings.whenEmpty.rawValue
    maglevSlots = settings.maglevSlots
    backendCount = settings.backends.count
    usableBackends = settings.backends.count { $0.weight > 0 }
    activeSessions = counters.sessionsActive
    newSessions = counters.sessionsCreated
    traffic = TrafficFigures(counters)
  }
}
