import Counters

/// What went to and from a backend, or all backends of a service.
public struct TrafficFigures: Codable, Equatable, Sendable {
  /// Packets to the server.
  public var requestPackets: UInt64
  /// Their bytes, Ethernet headers included.
  public var requestBytes: UInt64
  /// Packets from the server.
  public var replyPackets: UInt64
  /// Their bytes, Ethernet headers included.
  public var replyBytes: UInt64
  /// Packets that went by the stateless choice and left no session.
  public var statelessPackets: UInt64

  init(_ counters: BackendSnapshot) {
    requestPackets = counters.requestPackets
    requestBytes = counters.requestBytes
    replyPackets = counters.replyPackets
    replyBytes = counters.replyBytes
    statelessPackets = counters.statelessPackets
  }
}
