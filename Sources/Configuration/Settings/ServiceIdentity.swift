import Net

/// Which service is meant: what it claims. A service keeps its sessions and counters as long as this stays, whatever
/// else of it changes; its name is only a label.
public struct ServiceIdentity: Hashable, Sendable {
  /// The address that clients know.
  public var vip: IPv4Address
  /// The transports that are claimed.
  public var protocols: ServiceSettings.Protocols
  /// 0 if `protocols` is `icmp`, and of a `dsr` service that claims every port. Of several the lowest.
  public var port: UInt16
  /// What is rewritten: sessions of one mode mean nothing to another.
  public var mode: ServiceSettings.Mode

  /// The service that claims these.
  public init(
    vip: IPv4Address, protocols: ServiceSettings.Protocols, port: UInt16, mode: ServiceSettings.Mode = .nat
  ) {
    self.vip = vip
    self.protocols = protocols
    self.port = port
    self.mode = mode
  }
}

extension ServiceIdentity: CustomStringConvertible {
  /// `203.0.113.10:80/tcp`, or without a port `203.0.113.10/icmp`: also a service's name when none is given.
  public var description: String {
    port == 0 ? "\(vip)/\(protocols.rawValue)" : "\(vip):\(port)/\(protocols.rawValue)"
  }
}
