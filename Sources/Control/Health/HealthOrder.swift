/// A state that somebody outside sets: a central monitor for a time, or an operator until further notice.
struct HealthOrder: Equatable, Sendable {
  /// Any but `unknown`.
  var state: HealthState
  /// Why.
  var cause: String
  /// Who says so.
  var name: String
  /// The monotonic clock's time of its end; nil: it holds until it is withdrawn.
  var ends: ContinuousClock.Instant?

  /// Whether its time is over.
  func hasEnded(at now: ContinuousClock.Instant) -> Bool { ends.map { $0 <= now } ?? false }

  /// Who found the state.
  var source: HealthSource { ends == nil ? .order(name) : .report(name) }
}
