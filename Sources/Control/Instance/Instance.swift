import Foundation
import Tables

/// The running balancer as the management side sees it: what every report is made from. A value for any
/// thread; what changes lies behind the observations and the publisher.
///
/// The counters it reads must outlive every server and telemetry provider made with it.
public struct Instance: Sendable {
  /// Sluice's version.
  public var version: String
  /// The wall clock's time of the start.
  public var startedAt: Date
  /// The monotonic clock's time of the start, for the uptime.
  public var startedInstant: ContinuousClock.Instant
  /// Frequency of the counter in which workers count busy cycles (`Clock.frequency`).
  public var cyclesPerSecond: UInt64
  /// How frames reach their owner.
  public var steering: Steering
  /// What packet memory lies on.
  public var memory: MemoryFacts
  /// In the order of their indices.
  public var workers: [WorkerObservation]
  /// In the order of their indices.
  public var ports: [PortObservation]
  /// What is in force.
  public var publisher: Publisher
  /// How the sessions of draining backends dwindle.
  public let drains = DrainWatch()
  /// How fast session tables fill, and which workers do not store new flows.
  public let tables = TableWatch()

  /// Whether the backends work.
  public let health: HealthDesk

  /// An instance that starts now.
  public init(
    version: String, cyclesPerSecond: UInt64, steering: Steering, memory: MemoryFacts, workers: [WorkerObservation],
    ports: [PortObservation], publisher: Publisher
  ) {
    self.version = version
    startedAt = Date()
    startedInstant = .now
    self.cyclesPerSecond = cyclesPerSecond
    self.steering = steering
    self.memory = memory
    self.workers = workers
    self.ports = ports
    self.publisher = publisher
    health = HealthDesk(publisher: publisher, tallies: workers.map(\.backends))
  }
}
