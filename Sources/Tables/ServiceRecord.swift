import Net

/// What the path knows of a service. Immutable once published; 64 bytes.
@safe @frozen
public struct ServiceRecord {
  public let vip: IPv4Address
  /// 0 for ICMP.
  public let port: UInt16
  public let emptyAction: EmptyAction
  public let echoAction: EchoAction
  /// Record of the backend with index 0.
  public let firstRecord: RecordIndex
  /// Records, of usable backends or not; indices lie below.
  public let recordCount: UInt32
  /// Which bits of the client's packed endpoint choose: all of them, or the address alone.
  @usableFromInline let selectionMask: UInt64
  /// Makes different services choose differently for one client.
  @usableFromInline let selectionKey: UInt64
  @usableFromInline let maglev: MaglevTable
  /// Ticks from a client's last new session for which its server is remembered.
  public let affinityTimeout: UInt32
  /// What a new session is before its first packet: opening, and observed if the service is.
  public let start: SessionProgress
  /// Of a `dsr` service: the MAC address that its frames are sent to; zero: that of the port they arrive at.
  public let vipMAC: MACAddress

  init(_ layout: ServiceLayout, firstRecord: RecordIndex, selectionKey: UInt64) {
    vip = layout.definition.vip
    port = layout.definition.port
    emptyAction = layout.isRemoved ? .unclaimed : layout.definition.emptyAction
    echoAction = layout.isRemoved ? .backend : layout.definition.echoAction
    vipMAC = layout.definition.vipMAC
    start = layout.definition.isObserved && !layout.isRemoved ? .watched : SessionProgress(phase: .opening)
    affinityTimeout = layout.definition.affinityTimeout
    selectionMask = layout.definition.affinity == .session ? ~0 : 0xFFFF_FFFF << 32
    self.firstRecord = firstRecord
    recordCount = UInt32(layout.recordCount)
    self.selectionKey = selectionKey
    maglev = layout.maglev.table
  }

  /// Whether no backend takes new sessions.
  @inlinable @inline(__always)
  public var isEmpty: Bool { @_noLocks get { maglev.count == 0 } }

  /// Whether a client keeps its server from session to session.
  @inlinable @inline(__always)
  public var remembers: Bool { @_noLocks get { selectionMask != ~0 } }

  @_noLocks @inlinable @inline(__always)
  public func record(of backend: BackendIndex) -> RecordIndex {
    RecordIndex(firstRecord.rawValue &+ UInt32(backend.rawValue))
  }
}

/// What happens to a request when no backend takes new sessions.
@frozen
public enum EmptyAction: Sendable {
  case pass, drop, reject
  /// As if the service were not there: it has been removed, and only its sessions go on.
  case unclaimed
}

/// Who answers the echo requests to a service's VIP.
@frozen
public enum EchoAction: Sendable {
  /// A backend, if the service claims ICMP.
  case backend
  /// Sluice.
  case itself
  /// Sluice, while a backend takes new sessions; else the request gets what the service says of such.
  case itselfWhileUsable

  @inlinable @inline(__always)
  public var isItself: Bool {
    @_noLocks get {
      switch self {
      case .backend: false
      case .itself, .itselfWhileUsable: true
      }
    }
  }
}

/// What of a client decides which backend it gets.
@frozen
public enum Affinity: Sendable {
  /// Address and port: each session for itself.
  case session
  /// The address alone.
  case sourceIP
}
