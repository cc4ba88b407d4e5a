import Counters
import Net

/// `GET /v1/drops`: every reason for which frames were dropped, or crossed unchanged, by worker.
public struct DropsReport: Report {
  /// One reason and its counts.
  public struct Entry: Codable, Equatable, Sendable {
    /// Its name.
    public var reason: String
    /// What an operator should make of it.
    public var explanation: String
    /// Frames, of all workers.
    public var count: UInt64
    /// Frames, of each worker in the order of their indices.
    public var workers: [UInt64]
  }

  /// Frames dropped for any reason.
  public var dropped: UInt64
  /// Frames that crossed unchanged for any reason.
  public var passed: UInt64
  /// Every reason for a drop, met or not.
  public var drops: [Entry]
  /// Every reason to cross unchanged, met or not.
  public var passes: [Entry]

  /// The reasons of a reading.
  public init(_ reading: Reading) {
    dropped = reading.total.dropped
    passed = reading.total.passed
    drops = DropReason.allCases.map { reason in
      Entry(
        reason: reason.description, explanation: reason.explanation, count: reading.total[reason],
        workers: reading.tallies.map { $0[reason] })
    }
    passes = PassReason.allCases.map { reason in
      Entry(
        reason: reason.description, explanation: reason.explanation, count: reading.total[reason],
        workers: reading.tallies.map { $0[reason] })
    }
  }
}
