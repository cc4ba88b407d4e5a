/// The keys of a file's first level.
enum RootKeys {
  static let dpdk = SectionKey("dpdk", .section)
  static let ports = SectionKey("ports", .namedSections, .required)
  static let unmatched = Key<Unmatched>.defaulted("unmatched", .choice(), to: "pass")
  static let control = SectionKey("control", .section)
  static let hashSeed = Key<UInt64>.optional("hash_seed", .seed)
  static let idle = Key<IdleMode>.defaulted("idle", .choice(), to: "poll")
  static let sessions = SectionKey("sessions", .section)
  static let services = SectionKey("services", .sections)

  static let section = Section(
    "",
    [
      dpdk.description, ports.description, unmatched.description, control.description, hashSeed.description,
      idle.description, sessions.description, services.description,
    ])
}
