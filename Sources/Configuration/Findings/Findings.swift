/// What speaks against one file so far.
final class Findings {
  /// Errors beyond this many are counted and not kept.
  static let errorLimit = 1000

  private let file: String
  private var errors: [ConfigurationError] = []
  private var omitted = 0

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

  /// All reasons to refuse the file; nil: there are none.
  var refusal: ConfigurationErrors? { ConfigurationErrors(errors, omitted: omitted) }
}
