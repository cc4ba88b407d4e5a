/// What a port is made of.
public enum Device: Hashable, Sendable {
  /// A PCI address, `0000:3b:00.0`: four hexadecimal digits of domain, lower case.
  case pci(String)
  /// A virtual device, `net_af_packet0,iface=eth1`, as EAL's `--vdev` takes it.
  case virtual(String)

  /// The name that DPDK knows the device by: the PCI address, or the virtual device without its
  /// arguments. EAL silently merges two devices of one name.
  public var name: String {
    switch self {
    case .pci(let address): address
    case .virtual(let device): String(device.prefix { $0 != "," })
    }
  }
}

extension Device: CustomStringConvertible {
  /// As the configuration writes it.
  public var description: String {
    switch self {
    case .pci(let text), .virtual(let text): text
    }
  }
}
