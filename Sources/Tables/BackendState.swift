/// What a backend still does. One octet of its record.
@frozen
public struct BackendState: Hashable, Sendable {
  /// What tells the states apart, bit by bit.
  private enum Bit {
    static let isOver: UInt8 = 1
    static let resets: UInt8 = 2
    static let hasLeft: UInt8 = 4
    static let isClosed: UInt8 = 8
  }

  public let rawValue: UInt8

  @_noLocks @inlinable @inline(__always)
  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Takes new sessions.
  public static var active: Self { Self(rawValue: 0) }

  /// Keeps the sessions it has.
  public static var draining: Self { Self(rawValue: Bit.isClosed) }

  /// Does not work: its sessions choose anew with their next packet. Those that wait for it to come back are still
  /// its own when it does.
  public static var down: Self { Self(rawValue: Bit.isClosed | Bit.isOver) }

  /// Does not work: its sessions end, and a TCP client hears so by a reset.
  public static var downWithReset: Self { Self(rawValue: Bit.isClosed | Bit.isOver | Bit.resets) }

  /// No longer configured; keeps the sessions it has until they end.
  public static var removed: Self { Self(rawValue: Bit.isClosed | Bit.hasLeft) }

  /// Its sessions choose anew with their next packet.
  public static var killed: Self { Self(rawValue: Bit.isClosed | Bit.hasLeft | Bit.isOver) }

  /// Its sessions end, and a TCP client hears so by a reset.
  public static var killedWithReset: Self { Self(rawValue: Bit.isClosed | Bit.hasLeft | Bit.isOver | Bit.resets) }

  /// Whether it belongs to its service, and may be named by new entries.
  @inlinable @inline(__always)
  public var isConfigured: Bool { @_noLocks get { rawValue & 4 == 0 } }

  /// Whether it takes new sessions.
  @inlinable @inline(__always)
  public var takesSessions: Bool { @_noLocks get { rawValue & 8 == 0 } }

  /// Whether its sessions are over: it was killed, or is down.
  @inlinable @inline(__always)
  public var isKilled: Bool { @_noLocks get { rawValue & 1 != 0 } }

  /// Whether its sessions end with a reset.
  @inlinable @inline(__always)
  public var resets: Bool { @_noLocks get { rawValue & 2 != 0 } }

  /// What becomes of a backend in this state that is no longer configured.
  public var afterRemoval: Self { Self(rawValue: rawValue | Bit.isClosed | Bit.hasLeft) }
}

extension BackendState: CustomStringConvertible {
  public var description: String {
    if self == .active { return "active" }
    if isConfigured { return isKilled ? "down" : "draining" }
    return isKilled ? "killed" : "removed"
  }
}
