import Configuration
import Foundation

/// Whether one backend works, and how it is known.
public struct BackendHealthReport: Codable, Equatable, Sendable {
  /// One change of its state.
  public struct Change: Codable, Equatable, Sendable {
    /// Before.
    public var from: HealthState
    /// After.
    public var to: HealthState
    /// Why.
    public var cause: String
    /// Who found it.
    public var source: String
    /// The wall clock's time.
    public var at: Date
  }

  /// A label.
  public var name: String
  /// `address:port`, or the address alone.
  public var address: String
  /// What is known.
  public var state: HealthState
  /// Why.
  public var cause: String
  /// Who found it: `check`, `passive`, `resolution`, `nobody`, or the name of who said so.
  public var source: String
  /// Seconds that it has been so.
  public var forSeconds: Double
  /// Seconds until the next check; absent: none is due.
  public var nextCheckSeconds: Double?
  /// Seconds that what a monitor said still holds; absent: nobody has said anything for a time.
  public var reportEndsSeconds: Double?
  /// Part of its share that it takes while it starts slowly; absent: it takes what the pool gives it.
  public var slowStartShare: Double?
  /// Passes in a row that bring it up, with those that its unsteadiness costs.
  public var rise: Int
  /// Passes in a row up to now.
  public var passes: Int
  /// What the last check found: `passed`, or what it failed of; absent: none was made.
  public var lastCheck: String?
  /// Seconds since then.
  public var lastCheckSeconds: Double?
  /// How its sessions begin; absent while its service is not observed.
  public var openings: OpeningReport?
  /// Seconds until it is tried again, of one that observation took down and no check brings up.
  public var retrySeconds: Double?
  /// The oldest first.
  public var history: [Change]

  /// The cause where nothing is known as nobody asks.
  static let nobodyAsks = "nobody asks"

  init(
    _ settings: BackendSettings, _ watched: WatchedBackend?, openings: OpeningReport?, at now: ContinuousClock.Instant
  ) {
    self.openings = openings
    name = settings.name
    address = settings.identity.description
    let health = watched?.health ?? BackendHealth(at: now)
    state = health.view.state
    cause = watched == nil ? Self.nobodyAsks : health.view.cause
    source = health.view.source.description
    forSeconds = Self.seconds(now - health.since)
    nextCheckSeconds = watched?.nextCheck.map { Self.seconds($0 - now) }
    reportEndsSeconds = health.report?.ends.map { Self.seconds($0 - now) }
    let condition = health.condition(slowStart: watched?.settings.slowStart ?? 0, at: now)
    if case .rising(let tenths) = condition { slowStartShare = Double(tenths) / 10 }
    retrySeconds = health.retryAt.map { Self.seconds($0 - now) }
    rise = watched.map { health.needed($0.check) } ?? 1
    passes = health.passes
    lastCheck = health.lastCheck?.outcome.description
    lastCheckSeconds = health.lastCheck.map { Self.seconds(now - $0.at) }
    history = health.history.map {
      Change(from: $0.from, to: $0.to, cause: $0.cause, source: $0.source.description, at: $0.at)
    }
  }

  /// To a tenth, and never below 0.
  private static func seconds(_ duration: Duration) -> Double {
    (max(.zero, duration) / .seconds(1) * 10).rounded() / 10
  }
}
