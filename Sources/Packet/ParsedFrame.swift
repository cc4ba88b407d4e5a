import Net

/// What the path needs to know of a TCP, UDP or ICMP echo frame over IPv4. 16 bytes, no pointers.
@frozen
public struct ParsedFrame: Equatable, Sendable {
  public var source: IPv4Address
  public var destination: IPv4Address
  /// The identifier in an ICMP echo request, 0 in a reply.
  public var sourcePort: UInt16
  /// The identifier in an ICMP echo reply, 0 in a request.
  public var destinationPort: UInt16
  public var transport: TransportProtocol
  public var event: SegmentEvent
  /// Where the IPv4 header begins, in bytes from the frame's first.
  public var networkOffset: UInt8
  /// Where the transport header begins, in bytes from the frame's first.
  public var transportOffset: UInt8

  @_noLocks @inlinable @inline(__always)
  public init() {
    source = IPv4Address(rawValue: 0)
    destination = IPv4Address(rawValue: 0)
    sourcePort = 0
    destinationPort = 0
    transport = .tcp
    event = .datagram
    networkOffset = 0
    transportOffset = 0
  }

  @inlinable @inline(__always)
  public var sourceEndpoint: Endpoint { @_noLocks get { Endpoint(source, sourcePort, transport) } }

  @inlinable @inline(__always)
  public var destinationEndpoint: Endpoint { @_noLocks get { Endpoint(destination, destinationPort, transport) } }
}
