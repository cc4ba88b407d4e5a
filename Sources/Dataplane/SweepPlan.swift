import Tables

/// How the session table is aged: a few buckets a loop, all of them within `period`, so that the gauges
/// of active sessions stay true and no entry outlives the 24 bits of its tick.
struct SweepPlan {
  /// Ticks in which the sweep goes round once: 10 s.
  private static var period: UInt32 { 100 }
  /// Loops among which a tick's share is spread.
  private static var loopsPerTick: UInt32 { 64 }

  private let bucketCount: UInt32
  /// Buckets to visit in each tick.
  private let perTick: UInt32
  /// Buckets to visit in one loop at most.
  private let perLoop: UInt32
  private var position: UInt32 = 0
  private var left: UInt32 = 0
  private var tick = Tick(rawValue: 0)

  init(buckets: UInt32) {
    bucketCount = buckets
    perTick = buckets / Self.period + 1
    perLoop = perTick / Self.loopsPerTick + 1
  }

  /// The buckets whose turn it is.
  @_noLocks
  mutating func next(_ now: Tick) -> Range<UInt32> {
    if now.rawValue != tick.rawValue {
      tick = now
      left = perTick
    }
    guard left > 0 else { return 0..<0 }
    let first = position
    // `left` is above 0 and `position` below `bucketCount`: the range is not empty.
    let end = min(min(first &+ perLoop, first &+ left), bucketCount)
    left &-= end &- first
    position = end == bucketCount ? 0 : end
    return first..<end
  }
}
