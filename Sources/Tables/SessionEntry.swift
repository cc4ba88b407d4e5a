import Net

/// One flow, in 16 bytes, four to a cache line; serves both directions (design decision D2).
///
///     endpoints: client address 32 | client port 16 | server port 16
///     tag:       last seen 24 | progress 6 | kind 2 | transport 2 | frontend 4 | backend 12 | service 14
///
/// The server port is the backend's, so that a reply matches the whole first word. All zero: free.
@frozen
public struct SessionEntry: Equatable, Sendable {
  public var endpoints: UInt64
  public var tag: UInt64

  @_noLocks @inlinable @inline(__always)
  public init(endpoints: UInt64, tag: UInt64) {
    self.endpoints = endpoints
    self.tag = tag
  }

  @inlinable @inline(__always)
  public static var free: Self { @_noLocks get { Self(endpoints: 0, tag: 0) } }

  @inlinable @inline(__always)
  public var isFree: Bool { @_noLocks get { tag == 0 } }

  @inlinable @inline(__always)
  public var service: ServiceIndex {
    @_noLocks get { ServiceIndex(UInt16(truncatingIfNeeded: tag & 0x3FFF)) }
  }

  @inlinable @inline(__always)
  public var backend: BackendIndex {
    @_noLocks get { BackendIndex(UInt16(truncatingIfNeeded: tag >> 14 & 0xFFF)) }
  }

  /// The port the client is behind.
  @inlinable @inline(__always)
  public var frontend: PortIndex { @_noLocks get { PortIndex(UInt8(truncatingIfNeeded: tag >> 26 & 0xF)) } }

  @inlinable @inline(__always)
  public var transport: TransportProtocol {
    @_noLocks get { TransportProtocol(code: UInt8(truncatingIfNeeded: tag >> 30 & 3)) }
  }

  @inlinable @inline(__always)
  public var kind: SessionKind {
    @_noLocks get { SessionKind(rawValue: UInt8(truncatingIfNeeded: tag >> 32 & 3)) }
  }

  @inlinable @inline(__always)
  public var progress: SessionProgress {
    @_noLocks get { SessionProgress(rawValue: UInt8(truncatingIfNeeded: tag >> 34 & 0x3F)) }
  }

  /// When the last packet came.
  @inlinable @inline(__always)
  public var lastSeen: Tick { @_noLocks get { Tick(rawValue: UInt32(truncatingIfNeeded: tag >> 40)) } }

  @inlinable @inline(__always)
  public var clientAddress: IPv4Address {
    @_noLocks get { IPv4Address(rawValue: UInt32(truncatingIfNeeded: endpoints >> 32)) }
  }

  /// The client's port, or the identifier of its echoes.
  @inlinable @inline(__always)
  public var clientPort: UInt16 { @_noLocks get { UInt16(truncatingIfNeeded: endpoints >> 16) } }

  /// The backend's port; 0 for echoes.
  @inlinable @inline(__always)
  public var serverPort: UInt16 { @_noLocks get { UInt16(truncatingIfNeeded: endpoints) } }

  @inlinable @inline(__always)
  public var client: Endpoint { @_noLocks get { Endpoint(clientAddress, clientPort, transport) } }

  /// The same entry after a packet at `now` that led to `progress`.
  @_noLocks @inlinable @inline(__always)
  public func touched(_ progress: SessionProgress, at now: Tick) -> Self {
    let kept = tag & (1 << 34 &- 1)
    return Self(endpoints: endpoints, tag: kept | UInt64(progress.rawValue) << 34 | UInt64(now.rawValue) << 40)
  }
}

extension SessionEntry {
  /// A new entry.
  @_noLocks @inlinable @inline(__always)
  public init(
    client: Endpoint, serverPort: UInt16, service: ServiceIndex, backend: BackendIndex, frontend: PortIndex,
    kind: SessionKind, progress: SessionProgress, now: Tick
  ) {
    endpoints = UInt64(client.address.rawValue) << 32 | UInt64(client.port) << 16 | UInt64(serverPort)
    let names =
      UInt64(service.rawValue) | UInt64(backend.rawValue) << 14 | UInt64(frontend.rawValue) << 26
      | UInt64(client.transport.code) << 30
    tag = names | UInt64(kind.rawValue) << 32 | UInt64(progress.rawValue) << 34 | UInt64(now.rawValue) << 40
  }

  /// The memory of a client's server. Its client has port 0 whatever the transport, and so it lies where an echo of
  /// identifier 0 would; its server's port is none that an echo has, so that no reply meets it. It is not confirmed, and
  /// gives way to flows where there is no other place.
  @_noLocks
  public init(memoryOf client: IPv4Address, service: ServiceIndex, backend: BackendIndex, now: Tick) {
    self.init(
      client: Endpoint(client, 0, .icmp), serverPort: .max, service: service, backend: backend, frontend: PortIndex(0),
      kind: .affinity, progress: SessionProgress(phase: .opening), now: now)
  }
}
