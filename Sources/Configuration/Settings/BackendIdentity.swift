import Net

/// Which backend of a service is meant: where it is. A backend keeps its sessions and counters as long as this stays;
/// its name is only a label.
public struct BackendIdentity: Hashable, Sendable {
  /// The server's own address.
  public var address: IPv4Address
  /// 0 if and only if the service's protocol is `icmp`.
  public var port: UInt16

  /// The server at this address.
  public init(address: IPv4Address, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension BackendIdentity: CustomStringConvertible {
  /// `10.0.1.2:8080`, or `10.0.1.2` without a port: also a backend's name when none is given.
  public var description: String { port == 0 ? "\(address)" : "\(address):\(port)" }
}
