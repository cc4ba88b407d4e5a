import Net

/// What the path writes for a backend, with the checksum changes that follow. Immutable once published;
/// 16 bytes, so that a pool of a hundred stays in a corner of the first-level cache.
@frozen
public struct BackendRecord: Sendable {
  public let address: IPv4Address
  /// 0 for ICMP-only services.
  public let port: UInt16
  /// Change of the IPv4 header checksum from the VIP to this backend.
  public let addressDelta: ChecksumDelta
  /// Change of a TCP or UDP checksum from the VIP and its port to this backend.
  public let endpointDelta: ChecksumDelta

  init(vip: IPv4Address, vipPort: UInt16, address: IPv4Address, port: UInt16) {
    self.address = address
    self.port = port
    addressDelta = ChecksumDelta(from: vip, to: address)
    endpointDelta = ChecksumDelta(from: vip, to: address) + ChecksumDelta(from: vipPort, to: port)
  }

  /// The port by which a session's entry is found from the server's side; echoes have none.
  @_noLocks @inlinable @inline(__always)
  public func serverPort(for transport: TransportProtocol) -> UInt16 { transport.hasPorts ? port : 0 }
}
