/// A tick as a session's tag has it, prepared once for a loop over many of them.
@frozen
public struct Moment: Sendable {
  /// The tick where a tag has it, and ones below: a tag can be taken from it without borrowing from the tick.
  @usableFromInline let word: UInt64

  @_noLocks @inlinable @inline(__always)
  public init(_ tick: Tick) { word = UInt64(tick.rawValue) << 40 | (1 << 40 &- 1) }

  /// Ticks since a tag's last packet.
  @_noLocks @inlinable @inline(__always)
  func since(_ tag: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: (word &- tag) >> 40) }

  /// The tag of a service's session, whose kind is 0, after a packet at this moment that led to `progress`.
  @_noLocks @inlinable @inline(__always)
  func touched(_ tag: UInt64, _ progress: SessionProgress) -> UInt64 {
    let kept = UInt64(UInt32(truncatingIfNeeded: tag))
    return kept | UInt64(progress.rawValue) << 34 | (word & ~(1 << 40 &- 1))
  }
}
