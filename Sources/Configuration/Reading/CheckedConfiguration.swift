/// What a file says, and what its reader remarks about it.
public struct CheckedConfiguration: Equatable, Sendable {
  /// Every value in range and every reference resolved.
  public var configuration: Configuration
  /// Those without a line first, then in the order of the file.
  public var warnings: [ConfigurationWarning]

  /// A configuration that was checked before.
  public init(configuration: Configuration, warnings: [ConfigurationWarning] = []) {
    self.configuration = configuration
    self.warnings = warnings
  }
}
