import Net

/// The keys of one service.
enum ServiceKeys {
  /// Left out: `vip:port/protocol`.
  static let name = Key<String>.optional("name", .name)
  /// What is rewritten.
  static let mode = Key<ServiceSettings.Mode>.defaulted("mode", .choice(planned: ["dsr", "snat"]), to: "nat")
  /// The address that clients know.
  static let vip = Key<IPv4Address>.required("vip", .unicast)
  /// The transports that are claimed.
  static let protocols = Key<ServiceSettings.Protocols>.required("protocol", .choice())
  /// The key while the service's protocol is not known.
  static let port = Key<UInt16>.optional("port", .anyPort)
  /// The key in services whose protocol has ports.
  static let portOfTransport = Key<UInt16>.required("port", .integer(1...UInt16.max, "a port"))
  /// The key in `icmp` services: 0 says the same as nothing.
  static let portOfICMP = Key<UInt16>.defaulted("port", .noPort, to: "0")
  /// What chooses a new session's backend.
  static let affinity = Key<ServiceSettings.Affinity>.defaulted("affinity", .choice(), to: "session")
  /// What a packet gets when no backend takes sessions.
  static let whenEmpty = Key<ServiceSettings.WhenEmpty>.defaulted("when_empty", .choice(), to: "pass")
  /// What the sessions of a killed backend get.
  static let onKill = Key<ServiceSettings.OnKill>.defaulted("on_kill", .choice(), to: "reselect")
  /// Slots of the selection table.
  static let maglevSlots = Key<Int>.defaulted(
    "maglev_slots", .integer(oneOf: [16381, 65537, 131_071]), to: "16381")
  /// Left out: nobody asks whether the servers work.
  static let health = SectionKey("health", .section)
  /// The servers.
  static let backends = SectionKey("backends", .sections)

  /// All of them, each once.
  static let section = Section(
    "services[]",
    [
      name.description, mode.description, vip.description, protocols.description, port.description,
      affinity.description, whenEmpty.description, onKill.description, maglevSlots.description, health.description,
      backends.description,
    ], planned: ["mac"])
}
