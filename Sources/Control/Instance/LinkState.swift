import Foundation
import Synchronization

/// Whether a port's link is up, as the run loop last saw it. Any thread.
public final class LinkState: Sendable {
  /// What is known of a link.
  public enum Condition: String, Codable, Sendable { case up, down, unknown }

  /// What is known, and since when.
  public struct Observation: Equatable, Sendable {
    /// What is known.
    public var condition: Condition
    /// When it became so.
    public var since: Date
    /// How often it has changed between up and down.
    public var changes: UInt64
  }

  private let observation: Mutex<Observation>

  /// A link of which nothing is known yet, or what is already known.
  public init(_ condition: Condition = .unknown) {
    observation = Mutex(Observation(condition: condition, since: Date(), changes: 0))
  }

  /// What was last seen.
  public var current: Observation { observation.withLock { $0 } }

  /// Notes what the link is now; says whether it went up or down since, which is worth a log line
  /// (behaviour 99). The first observation of an unknown link is no change.
  @discardableResult
  public func update(isUp: Bool) -> Bool {
    let condition: Condition = isUp ? .up : .down
    return observation.withLock { known in
      guard known.condition != condition else { return false }
      let hasChanged = known.condition != .unknown
      known = Observation(condition: condition, since: Date(), changes: known.changes + (hasChanged ? 1 : 0))
      return hasChanged
    }
  }
}
