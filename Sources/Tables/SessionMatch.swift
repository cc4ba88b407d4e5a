import Net

/// What an entry must say to be the one sought: two words and which of their bits count.
@frozen
public struct SessionMatch: Sendable {
  @usableFromInline let endpoints: UInt64
  @usableFromInline let endpointsMask: UInt64
  @usableFromInline let tag: UInt64
  @usableFromInline let tagMask: UInt64

  @_noLocks @inlinable @inline(__always)
  init(endpoints: UInt64, endpointsMask: UInt64, tag: UInt64, tagMask: UInt64) {
    self.endpoints = endpoints
    self.endpointsMask = endpointsMask
    self.tag = tag
    self.tagMask = tagMask
  }

  /// From the client: its endpoint, the service, the kind. The service names the VIP and its port.
  @_noLocks @inlinable @inline(__always)
  public static func request(from client: Endpoint, to service: ServiceIndex, kind: SessionKind) -> Self {
    Self(
      endpoints: UInt64(client.address.rawValue) << 32 | UInt64(client.port) << 16, endpointsMask: ~0xFFFF,
      tag: UInt64(service.rawValue) | UInt64(client.transport.code) << 30 | UInt64(kind.rawValue) << 32,
      tagMask: 0x3FFF | 0xF << 30)
  }

  /// From the client to a backend itself: as a request, and that very backend.
  @_noLocks @inlinable @inline(__always)
  public static func direct(from client: Endpoint, to member: Membership) -> Self {
    Self(
      endpoints: UInt64(client.address.rawValue) << 32 | UInt64(client.port) << 16, endpointsMask: ~0xFFFF,
      tag: UInt64(member.service.rawValue) | UInt64(member.backend.rawValue) << 14
        | UInt64(client.transport.code) << 30 | UInt64(SessionKind.direct.rawValue) << 32,
      tagMask: 0x3FF_FFFF | 0xF << 30)
  }

  /// From a backend: the client's endpoint and the backend's port. The backend's address is not in the
  /// entry; the caller compares it through the entry's backend.
  @_noLocks @inlinable @inline(__always)
  public static func reply(to client: Endpoint, fromPort port: UInt16) -> Self {
    Self(
      endpoints: UInt64(client.address.rawValue) << 32 | UInt64(client.port) << 16 | UInt64(port), endpointsMask: ~0,
      tag: UInt64(client.transport.code) << 30, tagMask: 3 << 30)
  }

  /// Zero if and only if the entry is the one sought. No branch.
  @_noLocks @inlinable @inline(__always)
  public func difference(_ entry: SessionEntry) -> UInt64 {
    (entry.endpoints ^ endpoints) & endpointsMask | (entry.tag ^ tag) & tagMask
  }
}
