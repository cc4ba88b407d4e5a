import Net

/// Whose an endpoint is, in one word: what the path reads of it without a further load.
///
///     nat service:      first record 28 | 0 4      | transport 2 | 0001 | -  12      | service 14
///     dsr service:      first record 28 | 0 4      | transport 2 | 1000 | -  12      | service 14
///     one backend:      membership 28   | kind 1 4 | transport 2 | 0010 | backend 12 | service 14
///     several backends: membership 28   | kind 1 4 | transport 2 | 0110 | -  26
///
/// Service, backend, transport and kind are where a session's tag has them, so that a claim is what the tag is compared with, as
/// it is; and the upper half of a service's is where its first record is, in bytes.
@frozen
public struct EndpointClaim: Equatable, Sendable {
  @usableFromInline let word: UInt64

  @_noLocks @inlinable @inline(__always)
  init(word: UInt64) { self.word = word }

  // What the claim is, where the tag has the frontend, which is never compared.

  @inlinable @inline(__always)
  static var translated: UInt64 { @_noLocks get { 1 << 26 } }

  @inlinable @inline(__always)
  static var backend: UInt64 { @_noLocks get { 1 << 27 } }

  @inlinable @inline(__always)
  static var several: UInt64 { @_noLocks get { 1 << 28 } }

  @inlinable @inline(__always)
  static var byMAC: UInt64 { @_noLocks get { 1 << 29 } }

  private init(_ flags: UInt64, _ transport: TransportProtocol, _ kind: SessionKind, _ names: UInt64, index: UInt32) {
    precondition(index < Self.indexLimit, "an index of a claim has 28 bits")
    word =
      UInt64(index) << 36 | UInt64(kind.rawValue) << 32 | UInt64(transport.code) << 30 | flags | names
  }

  /// Records and memberships have lower indices.
  static let indexLimit: UInt32 = 1 << 28

  /// Nobody's.
  @inlinable @inline(__always)
  public static var nobody: Self { @_noLocks get { Self(word: 0) } }

  /// A service's VIP, protocol and port.
  ///
  /// - Parameters:
  ///   - first: the record of the service's backend with index 0.
  ///   - isByMAC: whether the service is `dsr`.
  public static func service(
    _ index: ServiceIndex, _ transport: TransportProtocol, first: RecordIndex, isByMAC: Bool = false
  ) -> Self {
    Self(isByMAC ? byMAC : translated, transport, .flow, UInt64(index.rawValue), index: first.rawValue)
  }

  /// A backend's own address, protocol and port, in one service only.
  ///
  /// - Parameter index: the place of `member` in the list of memberships.
  public static func backend(_ index: MembershipIndex, _ transport: TransportProtocol, _ member: Membership) -> Self {
    let names = UInt64(member.backend.rawValue) << 14 | UInt64(member.service.rawValue)
    return Self(backend, transport, .direct, names, index: index.rawValue)
  }

  /// The same, in several services.
  ///
  /// - Parameter index: the place of the first of its memberships.
  public static func backends(_ index: MembershipIndex, _ transport: TransportProtocol) -> Self {
    Self(backend | several, transport, .direct, 0, index: index.rawValue)
  }

  @inlinable @inline(__always)
  public var isNobody: Bool { @_noLocks get { word == 0 } }

  @inlinable @inline(__always)
  public var isService: Bool { @_noLocks get { word & (Self.translated | Self.byMAC) != 0 } }

  /// Whether it is a service's whose frames are translated (`nat`).
  @inlinable @inline(__always)
  public var isTranslated: Bool { @_noLocks get { word & Self.translated != 0 } }

  @inlinable @inline(__always)
  public var isBackend: Bool { @_noLocks get { word & Self.backend != 0 } }

  /// Whether it is a service's whose frames go to their server's MAC address, unchanged otherwise (`dsr`).
  @inlinable @inline(__always)
  public var isByMAC: Bool { @_noLocks get { word & Self.byMAC != 0 } }

  /// Whether it is a backend's, and the service and backend are known without the list of memberships.
  @inlinable @inline(__always)
  public var isOneBackend: Bool { @_noLocks get { word & (Self.backend | Self.several) == Self.backend } }

  /// The service, of a service's claim or one backend's.
  @inlinable @inline(__always)
  public var service: ServiceIndex { @_noLocks get { ServiceIndex(UInt16(truncatingIfNeeded: word & 0x3FFF)) } }

  /// Where one of the claiming service's backends is.
  @_noLocks @inlinable @inline(__always)
  public func record(of backend: BackendIndex) -> RecordIndex {
    RecordIndex(UInt32(truncatingIfNeeded: word >> 36) &+ UInt32(backend.rawValue))
  }

  /// Bytes from the first of all records to that of the backend that an entry of the claiming service names.
  @_noLocks @inlinable @inline(__always)
  func recordOffset(of entry: SessionEntry) -> Int {
    Int(UInt32(truncatingIfNeeded: word >> 32) &+ UInt32(truncatingIfNeeded: entry.tag >> 10) & 0xFFF0)
  }

  /// The first membership of a backend's claim.
  @inlinable @inline(__always)
  public var membership: MembershipIndex {
    @_noLocks get { MembershipIndex(UInt32(truncatingIfNeeded: word >> 36)) }
  }
}

/// Position in the list of memberships.
@frozen
public struct MembershipIndex: Equatable, Sendable {
  public let rawValue: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}
