import Net

/// What the path needs to know of a TCP, UDP or ICMP echo frame over IPv4. 19 bytes, no pointers.
@frozen
public struct ParsedFrame: Equatable, Sendable {
  /// Its port is the identifier in an ICMP echo request, 0 in a reply.
  public var sourceEndpoint: Endpoint
  /// Its port is the identifier in an ICMP echo reply, 0 in a request.
  public var destinationEndpoint: Endpoint
  public var event: SegmentEvent
  /// Where the IPv4 header begins, in bytes from the frame's first.
  public var networkOffset: UInt8
  /// Where the transport header begins, in bytes from the frame's first.
  public var transportOffset: UInt8

  @_noLocks @inlinable @inline(__always)
  public init() {
    sourceEndpoint = Endpoint(packed: 0)
    destinationEndpoint = Endpoint(packed: 0)
    event = .datagram
    networkOffset = 0
    transportOffset = 0
  }

  @inlinable @inline(__always)
  public var source: IPv4Address { @_noLocks get { sourceEndpoint.address } }

  @inlinable @inline(__always)
  public var destination: IPv4Address { @_noLocks get { destinationEndpoint.address } }

  @inlinable @inline(__always)
  public var sourcePort: UInt16 { @_noLocks get { sourceEndpoint.port } }

  @inlinable @inline(__always)
  public var destinationPort: UInt16 { @_noLocks get { destinationEndpoint.port } }

  @inlinable @inline(__always)
  public var transport: TransportProtocol { @_noLocks get { sourceEndpoint.transport } }

  /// Sets both ends: addresses as they follow each other in the IPv4 header, source first, and likewise the ports
  /// of the transport header.
  @_noLocks @inlinable @inline(__always)
  mutating func setEnds(addresses: UInt64, ports: UInt32, _ transport: TransportProtocol) {
    let code = UInt64(transport.code)
    sourceEndpoint = Endpoint(packed: addresses & 0xFFFF_FFFF_0000_0000 | UInt64(ports & 0xFFFF_0000) | code)
    destinationEndpoint = Endpoint(packed: addresses << 32 | UInt64(ports & 0xFFFF) << 16 | code)
  }
}
