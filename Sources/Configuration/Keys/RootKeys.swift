/// The keys of a file's first level.
enum RootKeys {
  /// How DPDK is brought up.
  static let dpdk = SectionKey("dpdk", .section)
  /// The ends of the wire.
  static let ports = SectionKey("ports", .namedSections, .required)
  /// What happens to frames that no service claims.
  static let unmatched = Key<Unmatched>.defaulted("unmatched", .choice(), to: "pass")
  /// Where the instance is observed and steered.
  static let control = SectionKey("control", .section)
  /// Key of the selection hash; left out: random.
  static let hashSeed = Key<UInt64>.optional("hash_seed", .seed)
  /// What a worker without work does.
  static let idle = Key<IdleMode>.defaulted("idle", .choice(), to: "poll")
  /// Size and timeouts of the session tables.
  static let sessions = SectionKey("sessions", .section)
  /// What is kept of datagrams in fragments.
  static let fragments = SectionKey("fragments", .section)
  /// Networks of clients that servers see as others.
  static let sourceRewrite = SectionKey("source_rewrite", .sections)
  /// Virtual addresses and the servers behind them.
  static let services = SectionKey("services", .sections)

  /// All of them.
  static let section = Section(
    "",
    [
      dpdk.description, ports.description, unmatched.description, control.description, hashSeed.description,
      idle.description, sessions.description, fragments.description, sourceRewrite.description, services.description,
    ])
}
