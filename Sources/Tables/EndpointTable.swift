import EAL
import Net

/// Whose an endpoint is.
@frozen
public enum EndpointRole: Equatable, Sendable {
  case nobody
  /// A service's VIP, protocol and port.
  case service(ServiceIndex)
  /// A backend's own address, protocol and port; the first of its memberships.
  case backend(MembershipIndex)
}

/// Position in the list of memberships.
@frozen
public struct MembershipIndex: Equatable, Sendable {
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// Maps `address:port/protocol` to the service or the backends it belongs to: open addressing, at most
/// half full, exact. Immutable once built.
///
/// A view: the table set owns the memory.
@safe @frozen
public struct EndpointTable {
  @frozen @usableFromInline
  struct Slot {
    /// `Endpoint.packed`; 0: empty.
    @usableFromInline var key: UInt64
    /// Service: 1 << 32 | index. Backend: 2 << 32 | first membership.
    @usableFromInline var value: UInt64

    @inlinable
    init(key: UInt64, value: UInt64) {
      self.key = key
      self.value = value
    }
  }

  @usableFromInline let slots: UnsafeMutablePointer<Slot>
  @usableFromInline let slotCount: UInt32
  @usableFromInline let hash: KeyedHash

  /// Allocates and fills the table; `deallocate` frees it. A later entry of an endpoint replaces an earlier.
  init(_ entries: [(Endpoint, EndpointRole)], hash: KeyedHash) {
    slotCount = UInt32(max(16, entries.count * 2))
    // One line more than the hash reaches, as an empty end for probing.
    unsafe slots = .allocate(capacity: Int(slotCount) + entries.count + 1)
    unsafe slots.initialize(repeating: Slot(key: 0, value: 0), count: Int(slotCount) + entries.count + 1)
    self.hash = hash
    for (endpoint, role) in entries {
      var slot = unsafe slots + Int(firstSlot(endpoint.packed))
      while unsafe slot.pointee.key != 0, unsafe slot.pointee.key != endpoint.packed { unsafe slot += 1 }
      switch role {
      case .nobody: break
      case .service(let index):
        unsafe slot.pointee = Slot(key: endpoint.packed, value: 1 << 32 | UInt64(index.rawValue))
      case .backend(let index):
        unsafe slot.pointee = Slot(key: endpoint.packed, value: 2 << 32 | UInt64(index.rawValue))
      }
    }
  }

  func deallocate() { unsafe slots.deallocate() }

  @_noLocks @inlinable @inline(__always)
  func firstSlot(_ key: UInt64) -> UInt32 {
    reduce(UInt32(truncatingIfNeeded: hash(key) >> 32), below: slotCount)
  }

  @_noLocks @inlinable @inline(__always)
  public func prefetchSlot(of endpoint: Endpoint) {
    unsafe prefetch(UnsafeRawPointer(slots + Int(firstSlot(endpoint.packed))))
  }

  @_noLocks @inlinable @inline(__always)
  public func role(of endpoint: Endpoint) -> EndpointRole {
    let key = endpoint.packed
    // Probing ends at an empty slot: there is one beyond the last that filling can reach.
    var slot = unsafe slots + Int(firstSlot(key))
    while unsafe slot.pointee.key != key {
      if unsafe slot.pointee.key == 0 { return .nobody }
      unsafe slot += 1
    }
    let value = unsafe slot.pointee.value
    if value >> 32 == 1 { return .service(ServiceIndex(UInt16(truncatingIfNeeded: value))) }
    return .backend(MembershipIndex(UInt32(truncatingIfNeeded: value)))
  }
}
