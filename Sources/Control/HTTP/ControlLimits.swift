import NIOCore

/// What a client of the control socket may ask of the server.
public struct ControlLimits: Sendable {
  /// Connections served at a time, of both endpoints; further ones are answered with 503.
  public var connections: Int
  /// Bytes of the request line's target.
  public var targetBytes = 8 << 10
  /// Bytes of the names and values of a request's header fields.
  public var headBytes = 16 << 10
  /// Bytes of a request's body.
  public var bodyBytes = 1 << 20
  /// Time to send a request, to take its answer or the next piece of it, and to stay silent between two.
  public var patience: TimeAmount = .seconds(10)
  /// Time for a client to notice that its connection ends.
  public var farewell: TimeAmount = .seconds(1)

  /// The limits that docs/api.md promises.
  ///
  /// - Parameter connections: `control.connections` of the configuration.
  public init(connections: Int = 64) { self.connections = connections }
}
