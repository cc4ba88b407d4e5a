import Net

/// A kernel twin as the configuration wants it.
public struct TwinRequest: Sendable {
  /// Of the kernel's interface.
  public var name: String
  public var address: IPv4Address
  /// Bits of the network that it is in.
  public var prefix: UInt8

  public init(name: String, address: IPv4Address, prefix: UInt8) {
    self.name = name
    self.address = address
    self.prefix = prefix
  }
}
