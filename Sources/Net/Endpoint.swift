/// An address and a port of one transport: one end of a flow, a service's `vip:protocol:port`, or a
/// backend's `address:port`. ICMP echo has no ports: its identifier stands in for the client's, and
/// zero for the server's.
@frozen
public struct Endpoint: Hashable, Sendable {
  public var address: IPv4Address
  public var port: UInt16
  public var transport: TransportProtocol

  @inlinable @inline(__always)
  public init(_ address: IPv4Address, _ port: UInt16, _ transport: TransportProtocol) {
    self.address = address
    self.port = port
    self.transport = transport
  }

  /// All of it in one word: address 32, port 16, transport 8; never zero.
  @inlinable @inline(__always)
  public var packed: UInt64 {
    @_noLocks get {
      UInt64(address.rawValue) << 24 | UInt64(port) << 8 | UInt64(transport.code)
    }
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String {
    transport == .icmp ? "\(address) icmp" : "\(address):\(port) \(transport)"
  }
}
