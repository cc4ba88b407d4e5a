/// Under which conditions a change is made.
struct ChangeTerms: Equatable, Sendable {
  /// Only if this generation is in force; nil: whichever is.
  var generation: UInt64?
  /// Whether the sessions of backends that go end with them.
  var kills = false
  /// Whether a reload may remove as many backends as it likes.
  var isForced = false
  /// Whether the result is written to the file that the instance was started with.
  var saves = false
}
