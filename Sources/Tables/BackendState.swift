/// What a backend still does. One octet of its record.
@frozen
public struct BackendState: Hashable, Sendable {
  public let rawValue: UInt8

  @_noLocks @inlinable @inline(__always)
  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Takes new sessions.
  public static var active: Self { Self(rawValue: 0) }

  /// Keeps the sessions it has.
  public static var draining: Self { Self(rawValue: 1) }

  /// No longer configured; keeps the sessions it has until they end.
  public static var removed: Self { Self(rawValue: 2) }

  /// Its sessions choose anew with their next packet.
  public static var killed: Self { Self(rawValue: 3) }

  /// Its sessions end, and a TCP client hears so by a reset.
  public static var killedWithReset: Self { Self(rawValue: 4) }

  /// Whether it belongs to its service, and may be named by new entries.
  @inlinable @inline(__always)
  public var isConfigured: Bool { @_noLocks get { rawValue < 2 } }

  /// Whether its sessions are over.
  @inlinable @inline(__always)
  public var isKilled: Bool { @_noLocks get { rawValue > 2 } }

  /// Whether its sessions end with a reset.
  @inlinable @inline(__always)
  public var resets: Bool { @_noLocks get { rawValue == 4 } }
}

extension BackendState: CustomStringConvertible {
  public var description: String {
    switch rawValue {
    case 0: "active"
    case 1: "draining"
    case 2: "removed"
    default: "killed"
    }
  }
}
