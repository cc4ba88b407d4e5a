/// The keys of `ports.*.kernel`.
enum TwinKeys {
  /// What the kernel's interface is called.
  static let name = Key<String>.required("name", .interfaceName)
  /// Its address on the port's segment.
  static let address = Key<InterfaceAddress>.required("address", .interfaceAddress)

  /// All of them.
  static let section = Section("ports.*.kernel", [name.description, address.description])
}
