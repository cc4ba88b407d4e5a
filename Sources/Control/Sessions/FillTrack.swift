/// How the sessions of one table have grown.
struct FillTrack: Sendable {
  /// How far back the rate looks: long enough to even out the sweep, short enough to see a burst.
  static let window = Duration.seconds(10)

  private struct Sample {
    var instant: ContinuousClock.Instant
    var sessions: UInt64
  }

  /// The oldest first; those within the window, and one before it.
  private var samples: [Sample] = []

  mutating func add(_ sessions: UInt64, at instant: ContinuousClock.Instant) {
    samples.append(Sample(instant: instant, sessions: sessions))
    while samples.count > 2, instant - samples[1].instant >= Self.window { samples.removeFirst() }
  }

  /// Sessions by which it grew in a second, lately; nil while it does not.
  func rate(now sessions: UInt64, at instant: ContinuousClock.Instant) -> Double? {
    guard let oldest = samples.first, sessions > oldest.sessions, instant > oldest.instant else { return nil }
    return Double(sessions - oldest.sessions) / ((instant - oldest.instant) / .seconds(1))
  }
}
