import Net

/// The keys of one port.
enum PortKeys {
  /// What the port is made of.
  static let device = Key<Device>.required("device", .device)
  /// Left out, the beginning of the port's name says it.
  static let role = Key<PortSettings.Role>.optional("role", .choice())
  /// Of a frontend among several: the clients behind it.
  static let ip = Key<IPv4Prefix>.optional("ip", .prefix)

  /// What becomes of frames with VLAN tags.
  static let vlan = Key<PortSettings.VLAN>.defaulted("vlan", .choice(), to: "balance")
  /// An address of the machine's own kernel on the port's segment; left out, there is none.
  static let kernel = SectionKey("kernel", .section)

  /// Whom servers are asked for by, in ARP; left out: nobody (RFC 5227's probe).
  static let arpSource = Key<IPv4Address>.optional("arp_source", .unicast)

  /// All of them.
  static let section = Section(
    "ports.*",
    [device.description, role.description, ip.description, vlan.description, arpSource.description, kernel.description])
}
