import Configuration
import Counters

/// One backend of one service: its settings under the names they have in the configuration, and its figures.
public struct BackendReport: Codable, Equatable, Sendable {
  /// Whether it takes new sessions.
  public enum State: String, Codable, Sendable {
    /// It does.
    case up
    /// It keeps those it has; weight 0.
    case drain
  }

  /// The name of its service.
  public var service: String
  /// A label.
  public var name: String
  /// `address:port`, or the address alone for ICMP.
  public var address: String
  /// Share of new sessions, in proportion to the others.
  public var weight: UInt32
  /// Whether it takes new sessions.
  public var state: State
  /// Maglev slots it has.
  public var slots: Int
  /// Share of the service's slots, 0 to 1: the share of new sessions it gets.
  public var share: Double
  /// Share of the weights, 0 to 1: what `share` comes as near to as the number of slots allows.
  public var idealShare: Double
  /// Sessions now.
  public var activeSessions: UInt64
  /// Sessions made since start.
  public var newSessions: UInt64
  /// What went to and from it.
  public var traffic: TrafficFigures

  static func all(ofService service: Int, _ reading: Reading) -> [BackendReport] {
    let settings = reading.state.configuration.services[service]
    let weights = settings.backends.reduce(UInt64(0)) { $0 + UInt64($1.weight) }
    return settings.backends.indices.map { position in
      let slot = reading.state.slot(service: service, backend: position)
      let slots = reading.state.maglevSlots(service: service, backend: position)
      return BackendReport(
        settings.backends[position], of: settings, slots: slots,
        idealShare: weights > 0 ? Double(settings.backends[position].weight) / Double(weights) : 0,
        counters: reading.backend(slot))
    }
  }

  private init(
    _ settings: BackendSettings, of service: ServiceSettings, slots: Int, idealShare: Double, counters: BackendSnapshot
  ) {
    self.service = service.name
    name = settings.name
    address = service.protocols == .icmp ? settings.address.description : "\(settings.address):\(settings.port)"
    weight = settings.weight
    state = settings.weight > 0 ? .up : .drain
    self.slots = slots
    share = Self.rounded(Double(slots) / Double(service.maglevSlots))
    self.idealShare = Self.rounded(idealShare)
    activeSessions = counters.sessionsActive
    newSessions = counters.sessionsCreated
    traffic = TrafficFigures(counters)
  }

  /// To a millionth: a slot of the largest table is 8 of them.
  private static func rounded(_ share: Double) -> Double { (share * 1e6).rounded() / 1e6 }
}
