import Foundation

/// A backend's change from one state to another.
struct HealthTransition: Equatable, Sendable {
  /// Before.
  var from: HealthState
  /// After.
  var to: HealthState
  /// Why, in the operator's words.
  var cause: String
  /// Who found it.
  var source: HealthSource
  /// The wall clock's time, for people; everything else goes by the monotonic clock.
  var at: Date
}
