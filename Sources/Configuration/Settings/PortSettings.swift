import Net

/// One data port.
public struct PortSettings: Equatable, Sendable {
  /// The side of Sluice that a port faces.
  public enum Role: String, Sendable, CaseIterable {
    /// Clients and routers.
    case frontend
    /// Servers.
    case backend
    /// Both: the only port there is (one-arm), where `dsr` services receive requests and pass them on.
    case both
  }

  /// What becomes of frames with VLAN tags.
  public enum VLAN: String, Sendable, CaseIterable {
    /// What is behind one or two tags is balanced, and the tags stay.
    case balance
    /// They cross unchanged, as frames of no service do.
    case pass
    /// They are dropped.
    case drop
  }

  /// Its key under `ports`.
  public var name: String
  /// What it is made of.
  public var device: Device
  /// The side it faces.
  public var role: Role
  /// Of a frontend among several: the clients behind it.
  public var ip: IPv4Prefix?
  /// What becomes of frames with VLAN tags.
  public var vlan: VLAN
  /// The sender that ARP requests for servers name; nil: none.
  public var arpSource: IPv4Address?
  /// An address of the machine's own kernel on the port's segment.
  public var kernel: TwinSettings?

  /// An address of this machine itself on a port's segment.
  struct OwnAddress {
    var address: IPv4Address
    var port: String
    /// The port's key that gives it.
    var key: String
  }

  /// Those of this port.
  var ownAddresses: [OwnAddress] {
    [(kernel?.address.address, PortKeys.kernel.name), (arpSource, PortKeys.arpSource.name)].compactMap { address, key in
      address.map { OwnAddress(address: $0, port: name, key: key) }
    }
  }
}
