extension Rig {
  /// Adds ports of a test's own, while no other test does. DPDK has room for 32: those that no rig uses make way where there
  /// is none left.
  public static func addingPorts<Added>(_ add: () throws -> Added) throws -> Added {
    try TestEnvironment.exclusively { try RigDevices.makingRoom(add) }
  }
}
