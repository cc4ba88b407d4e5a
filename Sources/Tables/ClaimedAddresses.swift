import Net

/// The addresses that services or backends have, whatever the protocol and port: what is asked of frames that carry no
/// ports, such as fragments. Open addressing, at most a quarter full, exact. Immutable once built.
///
/// What is in it comes from the configuration, so one multiplication is hash enough, as in `EndpointTable`.
///
/// A view: the table set owns the memory.
@safe @frozen
public struct ClaimedAddresses {
  /// Address 32 | role 32; 0: empty.
  @usableFromInline let slots: UnsafeMutablePointer<UInt64>
  @usableFromInline let factor: UInt64
  /// Slots that the hash reaches are 2 to the power of 64 less this.
  @usableFromInline let shift: UInt64

  /// Allocates and fills the table; `deallocate` frees it.
  ///
  /// - Parameters:
  ///   - vips: of services.
  ///   - servers: of backends; 0.0.0.0 is nobody's.
  ///   - hash: where the factor comes from; its key should be known to nobody.
  init(vips: some Sequence<IPv4Address>, servers: some Sequence<IPv4Address>, hash: KeyedHash) {
    var roles: [IPv4Address: UInt64] = [:]
    for vip in vips { roles[vip, default: 0] |= 1 }
    for server in servers where server.rawValue != 0 { roles[server, default: 0] |= 2 }
    let bits = UInt64(64 - (max(4, roles.count) * 4 - 1).leadingZeroBitCount)
    // Beyond what the hash reaches, room for the longest run there can be, and an empty end for searching.
    let count = 1 << Int(bits) + roles.count + 1
    unsafe slots = .allocate(capacity: count)
    unsafe slots.initialize(repeating: 0, count: count)
    factor = hash(1 << 63) | 1
    shift = 64 - bits
    for (address, role) in roles {
      var slot = unsafe slots + Int((UInt64(address.rawValue) &* factor) >> shift)
      while unsafe slot.pointee != 0 { unsafe slot += 1 }
      unsafe slot.pointee = UInt64(address.rawValue) << 32 | role
    }
  }

  func deallocate() { unsafe slots.deallocate() }

  /// Whether it is a service's VIP or a backend's address.
  @_noLocks @inlinable
  public func isClaimed(_ address: IPv4Address) -> Bool { role(of: address) != 0 }

  /// Whether it is a backend's address.
  @_noLocks @inlinable
  public func isServer(_ address: IPv4Address) -> Bool { role(of: address) & 2 != 0 }

  /// Bit 0: a VIP, bit 1: a backend.
  @_noLocks @inlinable
  func role(of address: IPv4Address) -> UInt64 {
    // Searching ends at an empty slot: there is one beyond the last that filling can reach.
    var slot = unsafe slots + Int(truncatingIfNeeded: (UInt64(address.rawValue) &* factor) &>> shift)
    while unsafe slot.pointee != 0 {
      if unsafe slot.pointee >> 32 == UInt64(address.rawValue) { return unsafe slot.pointee & 3 }
      unsafe slot += 1
    }
    return 0
  }
}
