import Net

/// A local address and a TCP port to listen on.
public struct ListenAddress: Hashable, Sendable {
  /// One of this machine's addresses, or 0.0.0.0 for all of them.
  public var address: IPv4Address
  /// Never 0.
  public var port: UInt16
}

extension ListenAddress: CustomStringConvertible {
  /// As the configuration writes it: `127.0.0.1:9185`.
  public var description: String { "\(address):\(port)" }
}
