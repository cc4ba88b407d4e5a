import Logging
import Synchronization

/// The level from which the instance logs, changed while it runs (behaviour 85). Any thread.
///
/// Nothing is logged for packets at any level, so the level costs the workers nothing.
public final class LogThreshold: Sendable {
  private let position: Atomic<Int>

  /// Logs from this level on.
  public init(_ level: Logger.Level = .info) { position = Atomic(Self.position(of: level)) }

  /// The lowest level that is logged.
  public var level: Logger.Level {
    get { Logger.Level.allCases[position.load(ordering: .relaxed)] }
    set { position.store(Self.position(of: newValue), ordering: .relaxed) }
  }

  private static func position(of level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
}
