/// A moment in units of 100 ms, modulo 2^24 (19 days): coarse enough for an entry's 24 bits, fine enough
/// for every timeout.
@frozen
public struct Tick: Hashable, Sendable {
  public let rawValue: UInt32
  public static let milliseconds: UInt64 = 100
  /// Timeouts stay below half the circle: seven days.
  public static let longestTimeout: UInt32 = 7 * 24 * 3600 * 10

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt32) { self.rawValue = rawValue & 0xFF_FFFF }

  /// Ticks from an earlier moment to this one.
  @_noLocks @inlinable @inline(__always)
  public func since(_ earlier: Tick) -> UInt32 { (rawValue &- earlier.rawValue) & 0xFF_FFFF }

  @_noLocks @inlinable @inline(__always)
  public func advanced(by ticks: UInt32) -> Tick { Tick(rawValue: rawValue &+ ticks) }
}
