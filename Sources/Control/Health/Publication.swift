import Configuration

/// Where the publishing of health stands. Behind `HealthDesk`'s lock.
struct Publication {
  /// Nothing is published any more.
  var isClosed = false
  /// Whether a publication is under way or arranged.
  var isUnderWay = false
  /// When the last ended.
  var ended = ContinuousClock.now - .seconds(1)
  /// Table swaps for health, since the start.
  var swaps: UInt64 = 0
  /// Services of which it was said that backends are used that are down.
  var open: Set<ServiceIdentity> = []
  /// Services of which it was said that backups are used.
  var withBackups: Set<ServiceIdentity> = []
  /// Services of which it was said that no backend takes sessions.
  var dead: Set<ServiceIdentity> = []
}
