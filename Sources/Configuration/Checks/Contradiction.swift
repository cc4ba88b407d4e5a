/// Settings that are right by themselves and cannot stand together.
struct Contradiction: Equatable {
  /// The key of the first level that is meant.
  var key: String
  /// The service that is meant, by its position; nil: the configuration as a whole.
  var service: Int?
  /// The key of that service that is meant.
  var field = ServiceKeys.mode.name
  /// What was found.
  var found: String
  /// What would do.
  var expected: String
}
