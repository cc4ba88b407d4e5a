/// What an entry remembers. 2 bits.
@frozen
public struct SessionKind: Hashable, Sendable {
  public let rawValue: UInt8

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A flow of a service.
  @inlinable @inline(__always)
  public static var flow: Self { @_noLocks get { Self(rawValue: 0) } }

  @inlinable @inline(__always)
  public var isFlow: Bool { @_noLocks get { rawValue == 0 } }

  @inlinable @inline(__always)
  public var isDirect: Bool { @_noLocks get { rawValue == 1 } }

  /// The client talks to this backend itself: replies cross unchanged.
  @inlinable @inline(__always)
  public static var direct: Self { @_noLocks get { Self(rawValue: 1) } }

  /// The server that a client has by `affinity: source_ip`; of no flow.
  @inlinable @inline(__always)
  public static var affinity: Self { @_noLocks get { Self(rawValue: 2) } }

  @inlinable @inline(__always)
  public var isAffinity: Bool { @_noLocks get { rawValue == 2 } }
}
