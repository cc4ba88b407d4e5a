import EAL
import Tables

/// A worker's time: the time-stamp counter, and ticks of 100 ms derived from it.
struct WorkerClock {
  private let cyclesPerTick: UInt64
  private var nextTickAt: UInt64
  /// The current tick.
  private(set) var tick: Tick
  /// Time-stamp at the last `advance`.
  private(set) var now: UInt64

  init(frequency: UInt64, now: UInt64) {
    cyclesPerTick = max(1, frequency / 10)
    nextTickAt = now &+ cyclesPerTick
    tick = Tick(rawValue: 0)
    self.now = now
  }

  /// Reads the counter. Returns whether a tick has passed, which is when the division below is worth it.
  @_noLocks @inline(__always)
  mutating func advance() -> Bool { advance(to: Clock.now()) }

  /// Makes time pass at once, for tests.
  mutating func skip(ticks: UInt32) { tick = tick.advanced(by: ticks) }

  @_noLocks @inline(__always)
  mutating func advance(to time: UInt64) -> Bool {
    now = time
    // Before the next tick the difference is negative; the counter itself never wraps in practice.
    guard Int64(bitPattern: time &- nextTickAt) >= 0 else { return false }
    let ticks = (time &- nextTickAt) / cyclesPerTick &+ 1
    tick = tick.advanced(by: UInt32(truncatingIfNeeded: ticks))
    nextTickAt &+= ticks &* cyclesPerTick
    return true
  }
}
