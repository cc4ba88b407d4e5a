import Counters

/// `GET /v1/workers`: every counter of every worker.
public struct WorkersReport: Report {
  /// In the order of their indices.
  public var workers: [WorkerReport]

  /// The workers of a reading.
  public init(_ reading: Reading) {
    workers = zip(reading.instance.workers, reading.tallies).map {
      WorkerReport($0, tally: $1, reading: reading)
    }
  }
}
