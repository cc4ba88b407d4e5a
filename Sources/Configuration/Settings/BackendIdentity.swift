import Net

/// Which backend of a service is meant: where it is. A backend keeps its sessions and counters as long as this stays;
/// its name is only a label.
public struct BackendIdentity: Hashable, Sendable {
  /// The server's own address; 0.0.0.0 where it is meant by its MAC address.
  public var address: IPv4Address
  /// 0 if the service's protocol is `icmp` or its mode `dsr`.
  public var port: UInt16
  /// The MAC address by which a server of a `dsr` service is meant.
  public var mac: MACAddress?

  /// The server at this address.
  public init(address: IPv4Address, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// The server with this MAC address.
  public init(mac: MACAddress) {
    address = IPv4Address(rawValue: 0)
    port = 0
    self.mac = mac
  }
}

extension BackendIdentity: CustomStringConvertible {
  /// `10.0.1.2:8080`, or `10.0.1.2` without a port, or a MAC address: also a backend's name when none is given.
  public var description: String { mac?.description ?? (port == 0 ? "\(address)" : "\(address):\(port)") }
}
