import Net

/// The keys of one service.
enum ServiceKeys {
  /// Left out: `vip:port/protocol`.
  static let name = Key<String>.optional("name", .name)
  /// What is rewritten.
  static let mode = Key<ServiceSettings.Mode>.defaulted("mode", .choice(planned: ["snat"]), to: "nat")
  /// The address that clients know.
  static let vip = Key<IPv4Address>.required("vip", .unicast)
  /// The MAC address that is told of the VIP. Left out: of a `dsr` service the port's, of a `nat` service none.
  static let mac = Key<MACAddress>.optional("mac", .station)
  /// The transports that are claimed.
  static let protocols = Key<ServiceSettings.Protocols>.required("protocol", .choice())
  /// The key while the service's protocol is not known.
  static let port = Key<UInt16>.optional("port", .anyPort)
  /// The key in services whose protocol has ports.
  static let portOfTransport = Key<UInt16>.required("port", .integer(1...UInt16.max, "a port"))
  /// The key in `dsr` services, without which they claim every port.
  static let portOfDSR = Key<UInt16>.optional("port", .integer(1...UInt16.max, "a port"))
  /// Several ports, of a `dsr` service.
  static let ports = ListKey<UInt16>("ports", of: .integer(1...UInt16.max, "a port"), default: [])
  /// What documents see of it: without the key there is no list, rather than an empty one.
  private static var portsDescription: KeyDescription {
    var description = ports.description
    description.absence = .optional
    return description
  }

  /// Ports that a list has at most: each is an entry of the table that every packet is looked up in.
  static let portLimit = 1024
  /// The key in `icmp` services: 0 says the same as nothing.
  static let portOfICMP = Key<UInt16>.defaulted("port", .noPort, to: "0")
  /// What chooses a new session's backend.
  static let affinity = Key<ServiceSettings.Affinity>.defaulted("affinity", .choice(), to: "session")
  /// With `source_ip`: for how long after its last new session a client keeps its server.
  static let affinityTimeout = Key<UInt64>.defaulted("affinity_timeout", .timeout, to: "10m")
  /// What a packet gets when no backend takes sessions.
  static let whenEmpty = Key<ServiceSettings.WhenEmpty>.defaulted("when_empty", .choice(), to: "pass")
  /// The key in `dsr` services, for which there is no other side to cross to.
  static let whenEmptyOfDSR = Key<ServiceSettings.WhenEmpty>.defaulted("when_empty", .choice(), to: "drop")
  /// What the sessions of a killed backend get.
  static let onKill = Key<ServiceSettings.OnKill>.defaulted("on_kill", .choice(), to: "reselect")
  /// Who answers pings of the VIP.
  static let echo = Key<ServiceSettings.Echo>.defaulted("echo", .choice(), to: "backend")
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
      name.description, mode.description, vip.description, mac.description, protocols.description, port.description,
      portsDescription, affinity.description, affinityTimeout.description, whenEmpty.description, onKill.description,
      echo.description, maglevSlots.description, health.description, backends.description,
    ])
}
