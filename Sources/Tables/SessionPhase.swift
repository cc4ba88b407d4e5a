/// The phase of a session. 3 bits, never zero, so that an entry in use is never all zero.
@frozen
public struct SessionPhase: Hashable, Sendable {
  public let rawValue: UInt8

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Only the client has been heard: half-open, or a datagram without an answer.
  @inlinable @inline(__always)
  public static var opening: Self { @_noLocks get { Self(rawValue: 1) } }

  /// The server's SYN-ACK has been seen, the client's ACK has not.
  @inlinable @inline(__always)
  public static var answered: Self { @_noLocks get { Self(rawValue: 2) } }

  @inlinable @inline(__always)
  public static var established: Self { @_noLocks get { Self(rawValue: 3) } }

  /// After FIN from both sides, or a reset.
  @inlinable @inline(__always)
  public static var closing: Self { @_noLocks get { Self(rawValue: 4) } }

  @inlinable @inline(__always)
  public var isOpening: Bool { @_noLocks get { rawValue == 1 } }

  @inlinable @inline(__always)
  public var isClosing: Bool { @_noLocks get { rawValue == 4 } }

  /// Not yet confirmed by both sides: the first to go when the table is full.
  @inlinable @inline(__always)
  public var isUnconfirmed: Bool { @_noLocks get { rawValue &- 1 < 2 } }
}

extension SessionPhase: CustomStringConvertible {
  public var description: String {
    switch self {
    case .opening: "opening"
    case .answered: "answered"
    case .established: "established"
    case .closing: "closing"
    default: "free"
    }
  }
}
