import Net

/// How a frame that leaves is counted: the word of its counter, so that a transmit queue that takes no
/// more can take the count back.
@frozen
public struct Verdict: Equatable, Sendable {
  public let rawValue: UInt8

  /// From the note on a frame that another worker handed over.
  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = min(rawValue, 111) }

  @inlinable @inline(__always)
  public static var forwarded: Self {
    @_noLocks get { Self(rawValue: UInt8(truncatingIfNeeded: Counter.forwarded.index)) }
  }

  @inlinable @inline(__always)
  public static var answered: Self {
    @_noLocks get { Self(rawValue: UInt8(truncatingIfNeeded: Counter.answered.index)) }
  }

  @inlinable @inline(__always)
  public static var toKernel: Self {
    @_noLocks get { Self(rawValue: UInt8(truncatingIfNeeded: Counter.toKernel.index)) }
  }

  @_noLocks @inlinable @inline(__always)
  public static func passed(_ reason: PassReason) -> Self {
    Self(rawValue: UInt8(truncatingIfNeeded: Tally.firstPass &+ reason.index))
  }
}
