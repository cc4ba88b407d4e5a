import Glibc

/// A PCI device as sysfs shows it.
enum PCIDevice {
  /// Kernel drivers under which DPDK can take a device.
  private static let usable: Set<String> = ["vfio-pci", "uio_pci_generic", "igb_uio", "mlx4_core", "mlx5_core", "mana"]

  /// - Throws: `EALError` when there is no such device, or a kernel driver has it.
  static func check(_ address: String) throws(EALError) {
    let folder = "/sys/bus/pci/devices/\(address)"
    guard unsafe access(folder, F_OK) == 0 else {
      throw .refused("there is no PCI device \(address): 'lspci -D' or 'dpdk-devbind.py --status' lists what there is.")
    }
    guard let driver = driver(of: folder) else {
      throw .refused("PCI device \(address) has no driver: bind it with 'dpdk-devbind.py --bind=vfio-pci \(address)'.")
    }
    guard usable.contains(driver) else {
      throw .refused(
        "PCI device \(address) belongs to the kernel driver \(driver): bind it to DPDK with "
          + "'dpdk-devbind.py --bind=vfio-pci \(address)' (its interface then disappears from the kernel).")
    }
  }

  private static func driver(of folder: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let room = buffer.baseAddress else { return 0 }
      return unsafe readlink("\(folder)/driver", room, buffer.count)
    }
    guard length > 0 else { return nil }
    let path = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.split(separator: "/").last.map { String($0) }
  }
}
