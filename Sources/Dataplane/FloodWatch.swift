import EAL
import Tables

/// Notices a flood of new flows, and its end. While it lasts the worker is in stateless mode: new flows go by the
/// stateless choice and leave no entry until their server has said more than a handshake takes, so that a flood from
/// invented sources neither fills the session table nor pays for inserting.
///
/// On: in the very second in which more new flows were opened than the limit. Off: after five seconds in a row with less
/// than half as many, so that a rate near the limit does not switch it to and fro.
@safe
struct FloodWatch: ~Copyable {
  /// Ticks that are looked at together: a second.
  private static var window: UInt32 { @_noLocks get { 10 } }
  /// Windows in a row, below half of the limit, that end a flood.
  private static var calmWindows: UInt32 { @_noLocks get { 5 } }
  /// Flows that are remembered during a flood, so that further packets of theirs do not count as new flows: 16 KiB.
  private static var seenCount: UInt32 { @_noLocks get { 4096 } }

  /// Whether new flows are not to be stored.
  private(set) var isOn = false
  /// New flows in this window.
  private var opened: UInt32 = 0
  private var limit = UInt32.max
  private var began = Tick(rawValue: 0)
  private var calm: UInt32 = 0
  /// By one of a flow's buckets, the other: who was there last.
  private let seen: UnsafeMutablePointer<UInt32>

  init() {
    unsafe seen = .allocateLines(capacity: Int(Self.seenCount))
    unsafe seen.initialize(repeating: 0, count: Int(Self.seenCount))
  }

  deinit { unsafe seen.deallocate() }

  /// A flow without an entry, of one client endpoint's buckets.
  ///
  /// - Parameter limit: new flows a second, above which they are a flood; `.max`: never.
  /// - Returns: whether the flood begins with it.
  @_noLocks @inline(__always)
  mutating func open(_ buckets: BucketPair, limit: UInt32) -> Bool {
    self.limit = limit
    if isOn { return openAgain(buckets) }
    opened &+= 1
    guard opened > limit else { return false }
    isOn = true
    calm = 0
    return true
  }

  /// During a flood: further packets of one flow find no entry either, and are one new flow all the same.
  @_noLocks
  private mutating func openAgain(_ buckets: BucketPair) -> Bool {
    // Below `seenCount`, a power of two.
    let place = unsafe seen + Int(buckets.first & (Self.seenCount &- 1))
    if unsafe place.pointee != buckets.second { opened &+= 1 }
    unsafe place.pointee = buckets.second
    return false
  }

  /// A tick has passed.
  ///
  /// - Returns: whether a flood has ended.
  @_noLocks
  mutating func advance(to now: Tick) -> Bool {
    let passed = now.since(began) / Self.window
    guard passed > 0 else { return false }
    // After a pause of the loop it is the mean of several windows.
    let isCalm = opened / passed <= limit / 2
    calm = isCalm ? calm &+ passed : 0
    opened = 0
    began = now
    guard isOn, calm >= Self.calmWindows else { return false }
    isOn = false
    return true
  }
}
