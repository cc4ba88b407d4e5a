import Net

/// The hit path's present, prepared once for a burst: what it takes to tell the sessions that nearly all packets belong
/// to, and to note a packet of theirs, in a handful of instructions that depend on neither table nor clock.
///
/// They are the active ones: of a service, established, without a FIN, and idle for no longer than any transport's
/// established sessions may. Whatever an ordinary packet from either side makes of such a session is the same with a later
/// time (`SessionProgress.after`, `afterOneWay`).
@frozen
public struct Moment: Sendable {
  /// Tick and progress as an active session's tag has them after a packet, and kind 0, above ones.
  @usableFromInline let word: UInt64
  /// Ticks with which a session is not active any more.
  @usableFromInline let limit: UInt32

  /// - Parameter limit: ticks that a session may idle as long as it is active.
  @_noLocks @inlinable @inline(__always)
  public init(_ tick: Tick, limit: UInt32) {
    word =
      UInt64(tick.rawValue) << 40 | UInt64(SessionPhase.established.rawValue) << 34 | UInt64(UInt32.max)
    self.limit = limit &+ 1
  }

  /// Whether an entry is an active session's; after an ordinary event (`SegmentEvent.isOrdinary`) it stays one.
  @_noLocks @inlinable @inline(__always)
  public func isActive(_ entry: SessionEntry) -> Bool {
    // The tag is taken from the word without a borrow from its upper half. What is left there of another progress or kind
    // is turned to the top, so that one comparison says all.
    let left = UInt32(truncatingIfNeeded: (word &- entry.tag) >> 32)
    return (left >> 8 | left << 24) < limit
  }

  /// The tag of an active session after a packet.
  @_noLocks @inlinable @inline(__always)
  func touched(_ tag: UInt64) -> UInt64 { UInt64(UInt32(truncatingIfNeeded: tag)) | (word & ~UInt64(UInt32.max)) }
}
