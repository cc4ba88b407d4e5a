import Net

/// The keys of one backend.
enum BackendKeys {
  /// The key while the service's mode and protocol are not known.
  static let address = Key<BackendIdentity>.optional("address", .backend)
  /// The key in services whose protocol has ports.
  static let addressWithPort = Key<BackendIdentity>.required("address", .backendWithPort)
  /// The key in `icmp` services.
  static let addressWithoutPort = Key<BackendIdentity>.required("address", .backendWithoutPort)
  /// The key in `dsr` services, where the MAC address can stand for it.
  static let addressOfDSR = Key<BackendIdentity>.optional("address", .backendOfDSR)
  /// A server's MAC address, in `dsr` services.
  static let mac = Key<MACAddress>.optional("mac", .station)
  /// Share of new sessions.
  static let weight = Key<UInt32>.defaulted("weight", .integer(0...65535, "a weight"), to: "1")
  /// Whether it takes no new sessions, whatever its weight.
  static let drain = Key<Bool>.defaulted("drain", .boolean, to: "false")
  /// Left out: the address as given.
  static let name = Key<String>.optional("name", .name)

  /// Whether it is used only while no other backend is up.
  static let backup = Key<Bool>.defaulted("backup", .boolean, to: "false")
  /// Where its check differs from the service's.
  static let health = SectionKey("health", .section)

  /// All of them, each once.
  static let section = Section(
    "services[].backends[]",
    [
      address.description, mac.description, weight.description, drain.description, name.description, backup.description,
      health.description,
    ])
}
