import Net

/// Which service is meant: what it claims. A service keeps its sessions and counters as long as this stays, whatever
/// else of it changes; its name is only a label.
public struct ServiceIdentity: Hashable, Sendable {
  /// The address that clients know.
  public var vip: IPv4Address
  /// The transports that are claimed.
  public var protocols: ServiceSettings.Protocols
  /// 0 if and only if `protocols` is `icmp`.
  public var port: UInt16

  /// The service that claims these.
  public init(vip: IPv4Address, protocols: ServiceSettings.Protocols, port: UInt16) {
    self.vip = vip
    self.protocols = protocols
    self.port = port
  }
}

extension ServiceIdentity: CustomStringConvertible {
  /// `203.0.113.10:80/tcp`, or `203.0.113.10/icmp`: also a service's name when none is given.
  public var description: String {
    protocols == .icmp ? "\(vip)/icmp" : "\(vip):\(port)/\(protocols.rawValue)"
  }
}
