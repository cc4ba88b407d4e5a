/// The size of the session tables, and when a session ends.
public struct SessionSettings: Equatable, Sendable {
  /// Flows that one worker can hold.
  public var capacity: Int
  /// New flows a second, of one worker, above which they are forwarded without being stored; 0: never.
  public var floodRate: Int
  /// Idle times after which a session ends.
  public var timeouts: SessionTimeouts
}
