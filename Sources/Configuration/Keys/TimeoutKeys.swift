/// The keys of `sessions.timeouts`.
enum TimeoutKeys {
  static let tcpSyn = Key<UInt64>.defaulted("tcp_syn", .timeout, to: "10s")
  static let tcpEstablished = Key<UInt64>.defaulted("tcp_established", .timeout, to: "1h")
  static let tcpClosing = Key<UInt64>.defaulted("tcp_closing", .timeout, to: "10s")
  static let udp = Key<UInt64>.defaulted("udp", .timeout, to: "60s")
  static let icmp = Key<UInt64>.defaulted("icmp", .timeout, to: "10s")

  static let section = Section(
    "sessions.timeouts",
    [tcpSyn.description, tcpEstablished.description, tcpClosing.description, udp.description, icmp.description])
}
