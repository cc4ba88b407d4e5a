import Net

/// What the path knows of a service. Immutable once published; 48 bytes.
@safe @frozen
public struct ServiceRecord {
  public let vip: IPv4Address
  /// 0 for ICMP.
  public let port: UInt16
  public let emptyAction: EmptyAction
  /// Slot of the backend with index 0.
  public let firstSlot: BackendSlot
  /// Backends, usable or not; indices lie below.
  public let backendCount: UInt32
  /// Which bits of the client's packed endpoint choose: all of them, or the address alone.
  @usableFromInline let selectionMask: UInt64
  /// Makes different services choose differently for one client.
  @usableFromInline let selectionKey: UInt64
  @usableFromInline let maglev: MaglevTable

  init(definition: ServiceDefinition, firstSlot: BackendSlot, selectionKey: UInt64, maglev: MaglevTable) {
    vip = definition.vip
    port = definition.port
    emptyAction = definition.emptyAction
    selectionMask = definition.affinity == .session ? ~0 : 0xFFFF_FFFF << 32
    self.firstSlot = firstSlot
    backendCount = UInt32(definition.backends.count)
    self.selectionKey = selectionKey
    self.maglev = maglev
  }

  /// Whether no backend takes new sessions.
  @inlinable @inline(__always)
  public var isEmpty: Bool { @_noLocks get { maglev.count == 0 } }

  @_noLocks @inlinable @inline(__always)
  public func slot(of backend: BackendIndex) -> BackendSlot {
    BackendSlot(firstSlot.rawValue &+ UInt32(backend.rawValue))
  }
}

/// What happens to a request when no backend takes new sessions.
@frozen
public enum EmptyAction: Sendable { case pass, drop, reject }

/// What of a client decides which backend it gets.
@frozen
public enum Affinity: Sendable {
  /// Address and port: each session for itself.
  case session
  /// The address alone.
  case sourceIP
}
