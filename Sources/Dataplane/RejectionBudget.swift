/// How many answers `when_empty: reject`, and resets in place of replies `on_kill: reset`, may still give in this
/// tick, and likewise how many pings Sluice may answer itself (`echo: self`), so that a flood is not answered with a flood (RFC 1812, section 4.3.2.8). A thousand a second and worker.
struct RejectionBudget {
  private static var perTick: Int { @_noLocks get { 100 } }
  private var left = 100

  @_noLocks
  mutating func take() -> Bool {
    guard left > 0 else { return false }
    left &-= 1
    return true
  }

  /// Whether `take` would refuse.
  var isSpent: Bool { @_noLocks get { left <= 0 } }

  @_noLocks
  mutating func refill() { left = Self.perTick }
}
