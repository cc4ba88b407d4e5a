import Net

/// What the path writes for a backend, with the checksum changes that follow. Immutable once published;
/// 16 bytes, so that a pool of a hundred stays in a corner of the first-level cache.
///
/// The backend of a `dsr` service has a MAC address in place of its port and deltas, and no address: nothing that a server
/// sends is compared with it.
@frozen
public struct BackendRecord: Sendable {
  public let address: IPv4Address
  /// 0 for ICMP-only services.
  public let port: UInt16
  public let state: BackendState
  /// Whether its sessions choose anew: they are over, or nobody knows its MAC address.
  public let isOut: Bool
  /// Where its counters are.
  public let slot: BackendSlot
  /// Change of the IPv4 header checksum from the VIP to this backend.
  public let addressDelta: ChecksumDelta
  /// Change of a TCP or UDP checksum from the VIP and its port to this backend.
  public let endpointDelta: ChecksumDelta

  init(_ backend: PlacedBackend, of service: ServiceDefinition) {
    state = backend.state
    slot = backend.slot
    guard !service.isByMAC else {
      let mac = backend.definition.mac ?? .zero
      let octets = MACOctets(mac)
      isOut = backend.state.isKilled || mac.isZero
      address = IPv4Address(rawValue: 0)
      port = octets.last
      addressDelta = ChecksumDelta(rawValue: UInt16(truncatingIfNeeded: octets.first))
      endpointDelta = ChecksumDelta(rawValue: UInt16(truncatingIfNeeded: octets.first >> 16))
      return
    }
    isOut = backend.state.isKilled
    address = backend.definition.address
    port = backend.definition.port
    addressDelta = ChecksumDelta(from: service.vip, to: address)
    endpointDelta = addressDelta + ChecksumDelta(from: service.port, to: port)
  }

  /// The MAC address of a `dsr` service's backend; zero while it is not known.
  @inlinable @inline(__always)
  public var mac: MACAddress { @_noLocks get { octets.address } }

  /// The same, as it is written. Where it lies: the first four octets where the deltas are, the others in the port's place.
  @inlinable @inline(__always)
  public var octets: MACOctets {
    @_noLocks get {
      MACOctets(first: UInt32(addressDelta.rawValue) | UInt32(endpointDelta.rawValue) << 16, last: port)
    }
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
