/// An address and a port of one transport: one end of a flow, a service's `vip:protocol:port`, or a
/// backend's `address:port`. ICMP echo has no ports: its identifier stands in for the client's, and
/// zero for the server's.
///
/// One word, so that the packet path hashes and compares it as it is:
///
///     address 32 | port 16 | transport code 16
@frozen
public struct Endpoint: Hashable, Sendable {
  /// The word; never zero, as no transport has the code 0.
  public let packed: UInt64

  @_noLocks @inlinable @inline(__always)
  public init(_ address: IPv4Address, _ port: UInt16, _ transport: TransportProtocol) {
    packed = UInt64(address.rawValue) << 32 | UInt64(port) << 16 | UInt64(transport.code)
  }

  /// The word of an address, a port and a transport's code, as a frame's parser puts it together.
  @_noLocks @inlinable @inline(__always)
  public init(packed: UInt64) { self.packed = packed }

  @inlinable @inline(__always)
  public var address: IPv4Address {
    @_noLocks get { IPv4Address(rawValue: UInt32(truncatingIfNeeded: packed >> 32)) }
  }

  @inlinable @inline(__always)
  public var port: UInt16 { @_noLocks get { UInt16(truncatingIfNeeded: packed >> 16) } }

  @inlinable @inline(__always)
  public var transport: TransportProtocol {
    @_noLocks get { TransportProtocol(code: UInt8(truncatingIfNeeded: packed)) }
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String {
    transport == .icmp ? "\(address) icmp" : "\(address):\(port) \(transport)"
  }
}
