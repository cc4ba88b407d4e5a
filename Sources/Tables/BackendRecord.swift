import Net

/// What the path writes for a backend, with the checksum changes that follow. Immutable once published;
/// 16 bytes, so that a pool of a hundred stays in a corner of the first-level cache.
@frozen
public struct BackendRecord: Sendable {
  public let address: IPv4Address
  /// 0 for ICMP-only services.
  public let port: UInt16
  public let state: BackendState
  /// Where its counters are.
  public let slot: BackendSlot
  /// Change of the IPv4 header checksum from the VIP to this backend.
  public let addressDelta: ChecksumDelta
  /// Change of a TCP or UDP checksum from the VIP and its port to this backend.
  public let endpointDelta: ChecksumDelta

  init(_ backend: PlacedBackend, of service: ServiceDefinition) {
    address = backend.definition.address
    port = backend.definition.port
    state = backend.state
    slot = backend.slot
    addressDelta = ChecksumDelta(from: service.vip, to: address)
    endpointDelta = addressDelta + ChecksumDelta(from: service.port, to: port)
  }

  /// An index that nobody has: no session and no choice names it.
  static let vacant = BackendRecord(
    PlacedBackend(
      BackendDefinition(address: IPv4Address(rawValue: 0), port: 0, weight: 0), index: BackendIndex(0),
      slot: BackendSlot(0), state: .removed),
    of: ServiceDefinition(vip: IPv4Address(rawValue: 0), port: 0, transports: [], backends: []))

  /// The port by which a session's entry is found from the server's side; echoes have none.
  @_noLocks @inlinable @inline(__always)
  public func serverPort(for transport: TransportProtocol) -> UInt16 { transport.hasPorts ? port : 0 }
}
