/// The keys of one port.
enum PortKeys {
  /// What the port is made of.
  static let device = Key<Device>.required("device", .device)
  /// Left out, the beginning of the port's name says it.
  static let role = Key<PortSettings.Role>.optional("role", .choice())

  /// An address of the machine's own kernel on the port's segment; left out, there is none.
  static let kernel = SectionKey("kernel", .section)

  /// All of them.
  static let section = Section(
    "ports.*", [device.description, role.description, kernel.description], planned: ["ip", "vlan"])
}
