import Net

/// A server's address, as a file gives it.
struct BackendAddress: Hashable, Sendable {
  /// The server's own.
  var address: IPv4Address
  /// 0: none given.
  var port: UInt16
}

extension BackendAddress: CustomStringConvertible {
  /// As the file gives it.
  var description: String { port == 0 ? "\(address)" : "\(address):\(port)" }
}
