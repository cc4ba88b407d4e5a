/// Where the instance is observed and steered.
public struct ControlSettings: Equatable, Sendable {
  /// Path of the Unix socket.
  public var socket: String
  /// The permissions of the socket's file, such as 0o600.
  public var socketMode: UInt16
  /// The group that the socket's file belongs to; nil: that of the process.
  public var socketGroup: String?
  /// Where metrics and the status page are served over TCP; nil: nowhere.
  public var metrics: ListenAddress?
  /// How many clients are served at a time.
  public var connections: Int
  /// The largest part of the running backends, from 0 to 1, that a reload removes without being forced.
  public var maxRemovedShare: Double
  /// What the lines of the log look like.
  public var logFormat = LogFormat.text
}
