/// How the sessions of a backend that takes no new ones dwindle.
public struct DrainReport: Codable, Equatable, Sendable {
  /// How long it has been draining.
  public var forSeconds: Double
  /// Sessions that ended in a second, over the last minute; absent while none has.
  public var endedPerSecond: Double?
  /// When it will be empty if that goes on; absent while none has ended.
  public var emptyInSeconds: Double?
}
