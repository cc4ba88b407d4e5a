import Configuration
import Foundation

/// `GET /v1/status`: the instance at a glance.
public struct StatusReport: Report {
  /// Whether the choice of backends agrees with other instances; the seed itself is never shown.
  public enum HashSeed: String, Codable, Sendable {
    /// From the configuration: instances and restarts agree.
    case configured
    /// Made at start: they do not.
    case random
  }

  /// The conservation of frames.
  public struct Conservation: Codable, Equatable, Sendable {
    /// Whether every worker's account is balanced.
    public var balanced: Bool
    /// Of all workers.
    public var total: FrameAccount
    /// Of each worker.
    public var workers: [FrameAccount]
  }

  /// Sluice's version.
  public var version: String
  /// The daemon's process.
  public var pid: Int32
  /// Of the tables in force.
  public var generation: UInt64
  /// When they were published.
  public var changedAt: Date
  /// When the instance started.
  public var startedAt: Date
  /// Since then, by a clock that nobody sets.
  public var uptimeSeconds: Double
  /// Where the key of the selection hash comes from.
  public var hashSeed: HashSeed
  /// What happens to a frame that no service claims: `pass` or `drop`.
  public var unmatched: String
  /// What a worker without work does: `poll` or `sleep`.
  public var idle: String
  /// How frames reach their worker.
  public var steering: Steering
  /// What packet memory lies on.
  public var memory: MemoryFacts
  /// Frequency of the clock in which workers count busy cycles.
  public var cyclesPerSecond: UInt64
  /// Workers there are.
  public var workers: Int
  /// Ports there are.
  public var ports: Int
  /// Services in force.
  public var services: Int
  /// Backends of all services.
  public var backends: Int
  /// The session tables of all workers.
  public var sessions: SessionFigures
  /// Whether every frame is accounted for.
  public var conservation: Conservation
  /// What must not be; empty when all is well.
  public var faults: [Fault]

  /// The status that a reading shows.
  public init(_ reading: Reading) {
    let instance = reading.instance
    let settings = reading.state.configuration
    version = instance.version
    pid = ProcessInfo.processInfo.processIdentifier
    generation = reading.state.generation
    changedAt = reading.state.publishedAt
    startedAt = instance.startedAt
    uptimeSeconds = (reading.uptimeSeconds * 1000).rounded() / 1000
    hashSeed = settings.hashSeed == nil ? .random : .configured
    unmatched = settings.unmatched.rawValue
    idle = settings.idle.rawValue
    steering = instance.steering
    memory = instance.memory
    cyclesPerSecond = instance.cyclesPerSecond
    workers = instance.workers.count
    ports = instance.ports.count
    services = settings.services.count
    backends = settings.services.reduce(0) { $0 + $1.backends.count }
    sessions = SessionFigures(
      reading.total, capacity: settings.sessions.capacity * instance.workers.count,
      entries: instance.workers.reduce(0) { $0 + $1.sessionEntries },
      fullIn: zip(instance.workers, reading.tallies).compactMap(reading.fullIn).min())
    conservation = Conservation(
      balanced: reading.tallies.allSatisfy(\.isBalanced), total: FrameAccount(reading.total, worker: nil),
      workers: zip(reading.tallies, instance.workers).map { FrameAccount($0, worker: Int($1.index.rawValue)) })
    faults = Fault.all(in: reading)
  }
}
