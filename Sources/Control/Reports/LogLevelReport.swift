import Logging

/// `GET` and `PUT /v1/log-level`: the level from which the instance logs.
public struct LogLevelReport: Report {
  /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
  public var level: String

  /// The level that is in force.
  public init(_ level: Logger.Level) { self.level = level.rawValue }

  public var text: String { "log level \(level)\n" }
}
