import EAL

/// How the publisher learns that every worker has let go of what was published before.
public protocol GracePeriods: Sendable {
  /// Begins a grace period.
  func beginGracePeriod() -> UInt64
  /// Whether every reader has reported since the period began; never waits.
  func hasPassed(_ token: UInt64) -> Bool
  /// Frees what this is made of; no reader may be left.
  func destroy()
}

extension QuiescentState: GracePeriods {}
