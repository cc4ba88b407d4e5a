import Net

/// One server of a service.
public struct BackendSettings: Equatable, Sendable {
  /// A label: by default the address and port.
  public var name: String
  /// The server's own address; 0.0.0.0 where only its MAC address is given.
  public var address: IPv4Address
  /// 0 if the service's protocol is `icmp` or its mode `dsr`.
  public var port: UInt16
  /// The server's MAC address, in a `dsr` service; nil: that which the address resolves to.
  public var mac: MACAddress?
  /// Share of new sessions; 0 takes none.
  public var weight: UInt32
  /// Takes no new session and keeps those it has, as with weight 0; the weight stays written for later.
  public var isDraining: Bool
  /// Is used only while no other backend of the service is up.
  public var isBackup = false
  /// Where its check differs from the service's.
  public var check: CheckOverrides?
}

extension BackendSettings {
  /// Which backend it is, whatever it is called.
  public var identity: BackendIdentity {
    mac.map(BackendIdentity.init(mac:)) ?? BackendIdentity(address: address, port: port)
  }

  /// Where it is by its address, which a backend that is meant by its MAC address may have beside; nil: not known.
  public var host: BackendIdentity? {
    address.rawValue == 0 ? nil : BackendIdentity(address: address, port: port)
  }

  /// Whether new sessions may choose it.
  public var takesSessions: Bool { weight > 0 && !isDraining }
}
