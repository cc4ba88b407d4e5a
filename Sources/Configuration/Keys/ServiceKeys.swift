import Net

/// The keys of one service.
enum ServiceKeys {
  /// Left out: `vip:port/protocol`.
  static let name = Key<String>.optional("name", .name)
  static let mode = Key<ServiceSettings.Mode>.defaulted("mode", .choice(planned: ["dsr", "snat"]), to: "nat")
  static let vip = Key<IPv4Address>.required("vip", .unicast)
  static let protocols = Key<ServiceSettings.Protocols>.required("protocol", .choice())
  /// The key while the service's protocol is not known.
  static let port = Key<UInt16>.optional("port", .integer(0...UInt16.max, "a port"))
  /// The key in services whose protocol has ports.
  static let portOfTransport = Key<UInt16>.required("port", .integer(1...UInt16.max, "a port"))
  /// The key in `icmp` services: 0 says the same as nothing.
  static let portOfICMP = Key<UInt16>.defaulted("port", .noPort, to: "0")
  static let affinity = Key<ServiceSettings.Affinity>.defaulted("affinity", .choice(), to: "session")
  static let whenEmpty = Key<ServiceSettings.WhenEmpty>.defaulted("when_empty", .choice(), to: "pass")
  static let maglevSlots = Key<Int>.defaulted(
    "maglev_slots", .integer(oneOf: [16381, 65537, 131_071]), to: "16381")
  static let backends = SectionKey("backends", .sections)

  static let section = Section(
    "services[]",
    [
      name.description, mode.description, vip.description, protocols.description, port.description,
      affinity.description, whenEmpty.description, maglevSlots.description, backends.description,
    ], planned: ["mac"])
}
