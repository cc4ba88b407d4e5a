/// How the sessions of one draining backend have dwindled.
struct DrainTrack: Sendable {
  /// How far back the rate looks: long enough to see ends that come in bursts.
  static let window = Duration.seconds(60)
  /// Time between two samples that are kept.
  static let spacing = Duration.seconds(2)

  private struct Sample {
    var instant: ContinuousClock.Instant
    var sessions: UInt64
  }

  /// When it began to drain, as far as it was seen.
  let began: ContinuousClock.Instant
  /// The oldest first; those within the window, and one before it.
  private var samples: [Sample] = []

  init(at instant: ContinuousClock.Instant, sessions: UInt64) {
    began = instant
    samples = [Sample(instant: instant, sessions: sessions)]
  }

  mutating func add(_ sessions: UInt64, at instant: ContinuousClock.Instant) {
    guard let last = samples.last, instant - last.instant >= Self.spacing else { return }
    samples.append(Sample(instant: instant, sessions: sessions))
    while samples.count > 2, instant - samples[1].instant >= Self.window { samples.removeFirst() }
  }

  /// Sessions that ended in a second, lately; nil while nothing has dwindled.
  func rate(now sessions: UInt64, at instant: ContinuousClock.Instant) -> Double? {
    guard let oldest = samples.first, oldest.sessions > sessions, instant > oldest.instant else { return nil }
    return Double(oldest.sessions - sessions) / ((instant - oldest.instant) / .seconds(1))
  }
}
