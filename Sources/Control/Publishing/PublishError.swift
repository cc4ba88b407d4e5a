/// Why a change could not be published, or the old tables not be released.
public enum PublishError: Error, Equatable {
  /// The workers' counters have room for `room` backends; with those that still have sessions there are more.
  case tooManyBackends(room: Int)
  /// As many services as an instance can have, with those that still have sessions.
  case tooManyServices(limit: Int)
  /// As many backends as a service can have, with those that still have sessions.
  case tooManyBackendsOfService(name: String, limit: Int)
  /// The new tables are in force, but a worker has not reported for so long that the old ones are kept.
  case workerSilent(seconds: Double)
}

extension PublishError: CustomStringConvertible {
  /// One sentence for an operator.
  public var description: String {
    switch self {
    case .tooManyBackends(let room):
      "this instance has counters for \(room) backends, including removed ones that still have sessions, and these are "
        + "more: flush those sessions, or restart it with the new configuration"
    case .tooManyServices(let limit):
      "an instance has at most \(limit) services, including removed ones that still have sessions"
    case .tooManyBackendsOfService(let name, let limit):
      "service '\(name)' would have more than \(limit) backends, including removed ones that still have sessions"
    case .workerSilent(let seconds):
      "the new tables are in force, but a worker has not finished its burst for \(seconds) s: the old tables are kept "
        + "in memory, and the worker needs attention"
    }
  }
}
