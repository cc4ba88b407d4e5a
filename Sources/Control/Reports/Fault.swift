/// Something that must not be, found while reading the figures.
public struct Fault: Codable, Equatable, Sendable {
  /// What kind of fault.
  public enum Code: String, Codable, Sendable {
    /// Frames are not accounted for (behaviour 91).
    case conservation
    /// A worker does not report, so that replaced tables cannot be freed.
    case workerSilent = "worker_silent"
    /// Too few backends of a service are up, so that all are used (behaviour 90).
    case failOpen = "fail_open"
    /// No backend of a service takes sessions.
    case noBackend = "no_backend"
  }

  /// What kind of fault.
  public var code: Code
  /// The worker, where one is meant.
  public var worker: Int?
  /// One sentence for an operator.
  public var message: String

  /// The faults that a reading shows.
  static func all(in reading: Reading) -> [Fault] {
    var faults: [Fault] = []
    for (tally, worker) in zip(reading.tallies, reading.instance.workers) where !tally.isBalanced {
      let index = Int(worker.index.rawValue)
      faults.append(
        Fault(
          code: .conservation, worker: index,
          message: "worker \(index) took in \(tally.arrivals) frames and accounts for \(tally.departures)"))
    }
    let silent = reading.instance.publisher.silentGenerations
    if silent > 0 {
      faults.append(
        Fault(
          code: .workerSilent, worker: nil,
          message: "a worker does not report: \(silent) replaced table sets cannot be freed"))
    }
    return faults + reading.state.services.flatMap(ofPool)
  }

  private static func ofPool(_ service: ServicePlacement) -> [Fault] {
    let pool = service.pool
    var faults: [Fault] = []
    if pool.isFailOpen {
      faults.append(
        Fault(
          code: .failOpen, worker: nil,
          message: "service \(service.name): \(pool.up) of \(pool.wanted) backends are up, too few for 'fail_open': "
            + "all of them are used"))
    }
    if pool.isDead {
      faults.append(
        Fault(
          code: .noBackend, worker: nil,
          message: "service \(service.name): no backend takes sessions, and new clients get what 'when_empty: "
            + "\(service.settings.whenEmpty.rawValue)' says"))
    }
    return faults
  }
}
