import EAL
import Net

/// A port as the configuration wants it.
public struct PortRequest: Sendable {
  public var name: String
  public var device: Port.Device
  public var side: PortSide
  /// What becomes of frames with VLAN tags.
  public var tagAction: TagAction
  /// Of a frontend: the clients that are behind it.
  public var clients: IPv4Prefix?
  /// An address of the kernel's on the port's segment.
  public var twin: TwinRequest?

  public init(
    name: String, device: Port.Device, side: PortSide, clients: IPv4Prefix? = nil, tagAction: TagAction = .balance,
    twin: TwinRequest? = nil
  ) {
    self.twin = twin
    self.name = name
    self.device = device
    self.side = side
    self.tagAction = tagAction
    self.clients = clients
  }

  /// Whether the device is a TAP, which makes its interface itself.
  var isTAP: Bool {
    guard case .virtual(let name, _) = device else { return false }
    return name.hasPrefix("net_tap")
  }

  /// The kernel interface that a virtual device sits on.
  public var kernelInterface: KernelInterface? {
    guard case .virtual(let name, _) = device else { return nil }
    if name.hasPrefix("net_af_packet") || isTAP || name.hasPrefix("net_pcap") {
      return argument("iface").map { KernelInterface(name: $0) }
    }
    return nil
  }

  /// The value of one of a virtual device's arguments.
  func argument(_ key: String) -> String? {
    guard case .virtual(_, let arguments) = device else { return nil }
    for pair in arguments.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      if parts.count == 2, parts[0] == key { return String(parts[1]) }
    }
    return nil
  }
}
