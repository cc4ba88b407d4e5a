/// What one packet tells a session's state: the four TCP flags that matter, or "a datagram". 5 bits.
@frozen
public struct SegmentEvent: Hashable, Sendable {
  public let rawValue: UInt8
  /// Events there are; raw values lie below.
  public static let count = 32

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue & 31 }

  /// The event of a segment, from the header's flag octet (RFC 9293, section 3.1).
  @_noLocks @inlinable @inline(__always)
  public init(tcpFlags flags: UInt8) { rawValue = (flags & 0b111) | (flags & 0b1_0000) >> 1 }

  /// UDP or ICMP.
  @inlinable @inline(__always)
  public static var datagram: Self { @_noLocks get { Self(rawValue: 16) } }

  @inlinable @inline(__always)
  public var isFin: Bool { @_noLocks get { rawValue & 1 != 0 } }
  @inlinable @inline(__always)
  public var isSyn: Bool { @_noLocks get { rawValue & 2 != 0 } }
  @inlinable @inline(__always)
  public var isReset: Bool { @_noLocks get { rawValue & 4 != 0 } }
  @inlinable @inline(__always)
  public var isAck: Bool { @_noLocks get { rawValue & 8 != 0 } }
  @inlinable @inline(__always)
  public var isDatagram: Bool { @_noLocks get { rawValue & 16 != 0 } }

  /// Neither FIN nor RST.
  @inlinable @inline(__always)
  public var isOrdinary: Bool { @_noLocks get { rawValue & 5 == 0 } }

  /// SYN and neither ACK, RST nor FIN: the wish for a new connection.
  @inlinable @inline(__always)
  public var opensConnection: Bool { @_noLocks get { rawValue == 2 } }
}
