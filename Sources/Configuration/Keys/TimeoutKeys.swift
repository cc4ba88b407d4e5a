/// The keys of `sessions.timeouts`.
enum TimeoutKeys {
  /// Before the end of the handshake.
  static let tcpSyn = Key<UInt64>.defaulted("tcp_syn", .timeout, to: "10s")
  /// After it.
  static let tcpEstablished = Key<UInt64>.defaulted("tcp_established", .timeout, to: "1h")
  /// After FIN from both sides, or RST.
  static let tcpClosing = Key<UInt64>.defaulted("tcp_closing", .timeout, to: "10s")
  /// UDP, in every state.
  static let udp = Key<UInt64>.defaulted("udp", .timeout, to: "60s")
  /// An echo identifier.
  static let icmp = Key<UInt64>.defaulted("icmp", .timeout, to: "10s")

  /// All of them.
  static let section = Section(
    "sessions.timeouts",
    [tcpSyn.description, tcpEstablished.description, tcpClosing.description, udp.description, icmp.description])
}
