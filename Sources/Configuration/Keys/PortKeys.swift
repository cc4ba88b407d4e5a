/// The keys of one port.
enum PortKeys {
  /// What the port is made of.
  static let device = Key<Device>.required("device", .device)
  /// Left out, the beginning of the port's name says it.
  static let role = Key<PortSettings.Role>.optional("role", .choice())

  /// What becomes of frames with VLAN tags.
  static let vlan = Key<PortSettings.VLAN>.defaulted("vlan", .choice(), to: "balance")

  /// All of them.
  static let section = Section(
    "ports.*", [device.description, role.description, vlan.description], planned: ["ip", "kernel"])
}
