import Net

/// An address of an interface, and how many of its bits are the network's.
public struct InterfaceAddress: Hashable, Sendable {
  /// The address of the interface.
  public var address: IPv4Address
  /// From 1 to 32.
  public var prefix: UInt8
}

extension InterfaceAddress: CustomStringConvertible {
  /// As the configuration writes it: `10.0.1.250/24`.
  public var description: String { "\(address)/\(prefix)" }
}
