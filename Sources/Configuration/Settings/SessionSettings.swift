/// The size of the session tables, and when a session ends.
public struct SessionSettings: Equatable, Sendable {
  /// Flows that one worker can hold.
  public var capacity: Int
  /// Idle times after which a session ends.
  public var timeouts: SessionTimeouts
}
