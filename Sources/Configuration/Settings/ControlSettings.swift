/// Where the instance is observed and steered.
public struct ControlSettings: Equatable, Sendable {
  /// Path of the Unix socket.
  public var socket: String
  /// Where metrics and the status page are served over TCP; nil: nowhere.
  public var metrics: ListenAddress?
}
