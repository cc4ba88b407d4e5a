/// What asks the backends, and how late it is.
public struct ProberReport: Codable, Equatable, Sendable {
  /// Checks under way.
  public var running: Int
  /// Checks that wait for a socket.
  public var queued: Int
  /// Since the start.
  public var passed: UInt64
  /// Since the start.
  public var failed: UInt64
  /// Checks that said nothing of a server since the prober itself was late or could not ask; since the start.
  public var inconclusive: UInt64
  /// Seconds that checks began later than they were due, on the average.
  public var meanLatenessSeconds: Double
  /// The same, the most lately.
  public var worstLatenessSeconds: Double
  /// Changes of a backend's state, since the start.
  public var transitions: UInt64
  /// Those by which passive observation took a backend down, since the start.
  public var ejections: UInt64
  /// Table swaps that followed, since the start.
  public var tableSwaps: UInt64

  init(_ desk: HealthDesk) {
    let (figures, queued) = desk.figures
    let checks = figures.passed + figures.failed + figures.inconclusive
    running = figures.running
    self.queued = queued
    passed = figures.passed
    failed = figures.failed
    inconclusive = figures.inconclusive
    meanLatenessSeconds = Self.rounded(figures.lateness / Double(max(1, checks)))
    worstLatenessSeconds = Self.rounded(figures.worstLateness)
    transitions = desk.book.withLock { $0.transitions }
    ejections = desk.book.withLock { $0.ejections }
    tableSwaps = desk.publication.withLock { $0.swaps }
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1e4).rounded() / 1e4 }
}
