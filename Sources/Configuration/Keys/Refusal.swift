/// Why a spelling does not fit a form, where that is more than "it is something else".
struct Refusal: Error {
  /// Follows what was found, space or comma included.
  var remark: String?
  /// Instead of the form's own.
  var expectation: String?

  /// The remark about what is designed and not built.
  static let notBuilt = ", which is not built yet"
}
