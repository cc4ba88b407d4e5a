/// Why a table set could not be published, or the old one not be released.
public enum PublishError: Error, Equatable {
  /// The workers' counters have room for `room` backends; the tables have `wanted`.
  case tooManyBackends(wanted: Int, room: Int)
  /// The new tables are in force, but a worker has not reported for so long that the old ones are kept.
  case workerSilent(seconds: Double)
}

extension PublishError: CustomStringConvertible {
  /// One sentence for an operator.
  public var description: String {
    switch self {
    case .tooManyBackends(let wanted, let room):
      "\(wanted) backends in all are more than the \(room) that this instance has counters for: restart it with the "
        + "new configuration"
    case .workerSilent(let seconds):
      "the new tables are in force, but a worker has not finished its burst for \(seconds) s: the old tables are kept "
        + "in memory, and the worker needs attention"
    }
  }
}
