import Net

/// Which entries of a session table are meant: all of the sessions, unless something narrows them down.
@frozen
public struct SessionFilter: Equatable, Sendable {
  @usableFromInline let tag: UInt64
  @usableFromInline let tagMask: UInt64
  @usableFromInline let address: UInt32
  @usableFromInline let addressMask: UInt32

  /// - Parameters:
  ///   - service: sessions of this service.
  ///   - backend: sessions of this backend of the service; of none without a service.
  ///   - client: sessions of this client, or of all clients whose first `prefixLength` bits are the same.
  ///   - includesDirect: also clients that talk to a backend itself; what is remembered of clients always counts.
  public init(
    service: ServiceIndex? = nil, backend: BackendIndex? = nil, client: IPv4Address? = nil, prefixLength: Int = 32,
    includesDirect: Bool = false
  ) {
    precondition(backend == nil || service != nil, "a backend's index means something within its service only")
    precondition((0...32).contains(prefixLength), "an address has 32 bits")
    var tag: UInt64 = 0
    var mask: UInt64 = includesDirect ? 0 : 1 << 32
    if let service {
      tag |= UInt64(service.rawValue)
      mask |= 0x3FFF
    }
    if let backend {
      tag |= UInt64(backend.rawValue) << 14
      mask |= 0xFFF << 14
    }
    self.tag = tag
    tagMask = mask
    // A shift by 32 gives 0: every client.
    addressMask = client == nil ? 0 : UInt32.max << UInt32(32 - prefixLength)
    address = (client?.rawValue ?? 0) & addressMask
  }

  /// Whether an entry in use is meant.
  @_noLocks @inlinable @inline(__always)
  public func includes(_ entry: SessionEntry) -> Bool {
    (entry.tag ^ tag) & tagMask == 0 && (entry.clientAddress.rawValue ^ address) & addressMask == 0
  }
}
