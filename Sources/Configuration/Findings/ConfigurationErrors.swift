/// Every reason why a file is refused; never empty.
public struct ConfigurationErrors: Error, Equatable, Sendable {
  /// In the order of the file; those without a line come first.
  public let errors: [ConfigurationError]
  /// How many more there were than are kept (a file may hold millions).
  public let omitted: Int

  /// Nil when `errors` is empty: then nothing is refused.
  init?(_ errors: [ConfigurationError], omitted: Int = 0) {
    guard !errors.isEmpty else { return nil }
    self.errors = errors.sorted { ($0.position ?? .first) < ($1.position ?? .first) }
    self.omitted = omitted
  }

  /// The one error that stopped the reader.
  init(_ error: ConfigurationError) {
    errors = [error]
    omitted = 0
  }
}

extension ConfigurationErrors: CustomStringConvertible {
  /// One line for each error.
  public var description: String {
    let lines = errors.map(\.description)
    return (omitted == 0 ? lines : lines + ["and \(counted(omitted, "more error"))"]).joined(separator: "\n")
  }
}
