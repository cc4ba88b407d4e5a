/// What reading one file has brought to light so far.
final class Findings {
  /// Errors beyond this many are counted and not kept.
  static let errorLimit = 1000

  private let file: String
  private var errors: [ConfigurationError] = []
  private var omitted = 0
  private var warnings: [ConfigurationWarning] = []

  init(file: String) { self.file = file }

  /// Notes a reason to refuse the file.
  func refuse(_ path: ConfigurationPath, at position: SourcePosition, found: String, expected: String) {
    guard errors.count < Self.errorLimit else {
      omitted += 1
      return
    }
    errors.append(
      ConfigurationError(
        file: file, position: position, keyPath: path.description, found: found, expected: expected))
  }

  /// Notes something the operator should know.
  func warn(_ path: ConfigurationPath, at position: SourcePosition?, _ message: String) {
    warnings.append(
      ConfigurationWarning(file: file, position: position, keyPath: path.description, message: message))
  }

  /// All reasons to refuse the file; nil: there are none.
  var refusal: ConfigurationErrors? { ConfigurationErrors(errors, omitted: omitted) }

  /// All warnings; those without a place first, then in the order of the file.
  var sortedWarnings: [ConfigurationWarning] {
    warnings.sorted { ($0.position ?? .first) < ($1.position ?? .first) }
  }
}
