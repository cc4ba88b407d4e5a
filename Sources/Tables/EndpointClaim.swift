import Net

/// Whose an endpoint is, in one word: what the path reads of it without a further load.
///
///     nat service:      first record 32 | - 4 | -  12      | service 14 | 01
///     dsr service:      first record 32 | 1 | -    15      | service 14 | 00
///     one backend:      membership 32   | - 4 | backend 12 | service 14 | 10
///     several backends: membership 32   | -                             | 11
@frozen
public struct EndpointClaim: Equatable, Sendable {
  @usableFromInline let word: UInt64

  @_noLocks @inlinable @inline(__always)
  init(word: UInt64) { self.word = word }

  /// Nobody's.
  @inlinable @inline(__always)
  public static var nobody: Self { @_noLocks get { Self(word: 0) } }

  /// A service's VIP, protocol and port.
  ///
  /// - Parameters:
  ///   - first: the record of the service's backend with index 0.
  ///   - isByMAC: whether the service is `dsr`.
  public static func service(_ index: ServiceIndex, first: RecordIndex, isByMAC: Bool = false) -> Self {
    Self(word: UInt64(first.rawValue) << 32 | UInt64(index.rawValue) << 2 | (isByMAC ? 1 << 31 : 1))
  }

  /// A backend's own address, protocol and port, in one service only.
  ///
  /// - Parameter index: the place of `member` in the list of memberships.
  public static func backend(_ index: MembershipIndex, _ member: Membership) -> Self {
    let names = UInt64(member.backend.rawValue) << 14 | UInt64(member.service.rawValue)
    return Self(word: UInt64(index.rawValue) << 32 | names << 2 | 2)
  }

  /// The same, in several services.
  ///
  /// - Parameter index: the place of the first of its memberships.
  public static func backends(_ index: MembershipIndex) -> Self { Self(word: UInt64(index.rawValue) << 32 | 3) }

  @inlinable @inline(__always)
  public var isNobody: Bool { @_noLocks get { word == 0 } }

  @inlinable @inline(__always)
  public var isService: Bool { @_noLocks get { word & (1 << 31 | 1) != 0 && word & 2 == 0 } }

  /// Whether it is a service's whose frames are translated (`nat`).
  @inlinable @inline(__always)
  public var isTranslated: Bool { @_noLocks get { word & 3 == 1 } }

  @inlinable @inline(__always)
  public var isBackend: Bool { @_noLocks get { word & 2 != 0 } }

  /// Whether it is a service's whose frames go to their server's MAC address, unchanged otherwise (`dsr`).
  @inlinable @inline(__always)
  public var isByMAC: Bool { @_noLocks get { word & 1 << 31 != 0 } }

  /// Whether it is a backend's, and the service and backend are known without the list of memberships.
  @inlinable @inline(__always)
  public var isOneBackend: Bool { @_noLocks get { word & 3 == 2 } }

  /// The service, of a service's claim or one backend's.
  @inlinable @inline(__always)
  public var service: ServiceIndex { @_noLocks get { ServiceIndex(UInt16(truncatingIfNeeded: word >> 2 & 0x3FFF)) } }

  /// Service, and with one backend's claim the backend, as a session's tag has them: in the lowest 26 bits.
  @inlinable @inline(__always)
  var names: UInt64 { @_noLocks get { word >> 2 & 0x3FF_FFFF } }

  /// The kind of session that requests have: 0 for flows to a service, 1 for those to a backend itself.
  @inlinable @inline(__always)
  var kindBit: UInt64 { @_noLocks get { word >> 1 & 1 } }

  /// Where one of the claiming service's backends is.
  @_noLocks @inlinable @inline(__always)
  public func record(of backend: BackendIndex) -> RecordIndex {
    RecordIndex(UInt32(truncatingIfNeeded: word >> 32) &+ UInt32(backend.rawValue))
  }

  /// The first membership of a backend's claim.
  @inlinable @inline(__always)
  public var membership: MembershipIndex {
    @_noLocks get { MembershipIndex(UInt32(truncatingIfNeeded: word >> 32)) }
  }
}

/// Position in the list of memberships.
@frozen
public struct MembershipIndex: Equatable, Sendable {
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}
