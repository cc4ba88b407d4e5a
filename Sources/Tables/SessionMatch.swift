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
      endpoints: client.packed, endpointsMask: clientBits,
      tag: UInt64(service.rawValue) | transport(client) | UInt64(kind.rawValue) << 32, tagMask: 0x3FFF | 0xF << 30)
  }

  /// From the client to a `dsr` service of several ports: as a request, and that very port.
  @_noLocks @inlinable @inline(__always)
  public static func byMAC(from client: Endpoint, of claim: EndpointClaim, port: UInt16) -> Self {
    Self(
      endpoints: client.packed & clientBits | UInt64(port), endpointsMask: ~0,
      tag: claim.word, tagMask: 0x3FFF | 0xF << 30)
  }

  /// From the client to a backend itself: as a request, and that very backend.
  @_noLocks @inlinable @inline(__always)
  public static func direct(from client: Endpoint, to member: Membership) -> Self {
    let names = UInt64(member.service.rawValue) | UInt64(member.backend.rawValue) << 14
    return Self(
      endpoints: client.packed, endpointsMask: clientBits,
      tag: names | transport(client) | UInt64(SessionKind.direct.rawValue) << 32, tagMask: 0x3FF_FFFF | 0xF << 30)
  }

  /// From the client, to whom the claim says; no branch. Of a backend's claim only the service is compared, and if the
  /// backend has several not even that: the caller compares the rest.
  @_noLocks @inlinable @inline(__always)
  public static func request(from client: Endpoint, of claim: EndpointClaim) -> Self {
    Self(
      endpoints: client.packed, endpointsMask: clientBits,
      tag: claim.word, tagMask: 0x3FFF | 0xF << 30)
  }

  /// Whatever has the client's endpoint.
  @_noLocks @inlinable @inline(__always)
  public static func any(of client: Endpoint) -> Self {
    Self(endpoints: client.packed, endpointsMask: clientBits, tag: transport(client), tagMask: 3 << 30)
  }

  /// From a backend: the client's endpoint and the backend's port. The backend's address is not in the
  /// entry; the caller compares it through the entry's backend.
  @_noLocks @inlinable @inline(__always)
  public static func reply(to client: Endpoint, fromPort port: UInt16) -> Self {
    Self(
      endpoints: client.packed & clientBits | UInt64(port), endpointsMask: ~0, tag: transport(client), tagMask: 3 << 30)
  }

  /// From a backend known by its claim: where that is one backend's, nothing is left for the caller to compare.
  @_noLocks @inlinable @inline(__always)
  public static func reply(to client: Endpoint, fromPort port: UInt16, of backend: EndpointClaim) -> Self {
    Self(
      endpoints: client.packed & clientBits | UInt64(port), endpointsMask: ~0,
      tag: backend.word, tagMask: (backend.isOneBackend ? 0x3FF_FFFF : 0) | 3 << 30)
  }

  /// The bits of an entry's first word, and of a packed endpoint, that hold the client's address and port.
  @inlinable @inline(__always)
  static var clientBits: UInt64 { @_noLocks get { ~0xFFFF } }

  /// A packed endpoint's transport, where a tag has it.
  @_noLocks @inlinable @inline(__always)
  static func transport(_ client: Endpoint) -> UInt64 { (client.packed & 3) << 30 }

  /// Whether the entry is one that is sought.
  @_noLocks @inlinable @inline(__always)
  public func matches(_ entry: SessionEntry) -> Bool {
    (entry.endpoints ^ endpoints) & endpointsMask | (entry.tag ^ tag) & tagMask == 0
  }
}
