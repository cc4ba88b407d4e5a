/// Idle times after which a session ends; in milliseconds, multiples of 100, at most seven days.
public struct SessionTimeouts: Equatable, Sendable {
  /// Before the end of the handshake.
  public var tcpSyn: UInt64
  /// After it.
  public var tcpEstablished: UInt64
  /// After a FIN from both sides, or a RST.
  public var tcpClosing: UInt64
  /// UDP, in every state.
  public var udp: UInt64
  /// An ICMP echo identifier.
  public var icmp: UInt64
}
