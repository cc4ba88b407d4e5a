/// What happens now: the rates between two readings. `sluice top --once --json` prints it.
public struct TopReport: Report {
  /// One worker.
  public struct Worker: Codable, Equatable, Sendable {
    /// Its index.
    public var worker: Int
    /// Share of the time that it had work, 0 to 1.
    public var busyShare: Double
    /// Busy cycles for each frame taken in; absent without frames.
    public var cyclesPerPacket: Double?
    /// Frames taken in by each round of its loop that found work: how full its bursts are; absent without work.
    public var framesPerRound: Double?
    /// Frames taken in, a second.
    public var arrivalsPerSecond: Double
    /// Frames translated, a second.
    public var forwardedPerSecond: Double
    /// Frames that crossed unchanged, a second.
    public var passedPerSecond: Double
    /// Frames given to other workers, a second.
    public var handedOverPerSecond: Double
    /// Frames dropped, a second.
    public var droppedPerSecond: Double
    /// Sessions now.
    public var activeSessions: UInt64
  }

  /// One service, or one backend.
  public struct Traffic: Codable, Equatable, Sendable {
    /// The service's name.
    public var service: String
    /// The backend's name; absent for a service.
    public var backend: String?
    /// `up`, `drain`, ...; absent for a service.
    public var state: String?
    /// Sessions now.
    public var activeSessions: UInt64
    /// Sessions made, a second.
    public var newSessionsPerSecond: Double
    /// Packets to the servers, a second.
    public var requestsPerSecond: Double
    /// Packets from the servers, a second.
    public var repliesPerSecond: Double
    /// Bytes of both directions, a second.
    public var bytesPerSecond: Double
  }

  /// One reason for drops.
  public struct Drop: Codable, Equatable, Sendable {
    /// Its name.
    public var reason: String
    /// Frames a second.
    public var perSecond: Double
    /// Frames since start.
    public var total: UInt64
  }

  /// Sluice's version.
  public var version: String
  /// Time since start.
  public var uptimeSeconds: Double
  /// Of the tables in force.
  public var generation: UInt64
  /// Time between the two readings.
  public var intervalSeconds: Double
  /// Sessions now, of all workers.
  public var activeSessions: UInt64
  /// What must not be.
  public var faults: [Fault]
  /// In the order of their indices.
  public var workers: [Worker]
  /// The busiest first.
  public var services: [Traffic]
  /// The busiest first.
  public var backends: [Traffic]
  /// Reasons that have occurred since start, the most frequent now first.
  public var drops: [Drop]
}
