/// One reason why a file is refused: where, what was found, and what was expected.
public struct ConfigurationError: Error, Equatable, Sendable {
  /// The file's name, as the caller gave it.
  public var file: String
  /// Nil when the file as a whole is meant: it cannot be read.
  public var position: SourcePosition?
  /// As `services[2].backends[0].weight`; empty for the root, and for errors of YAML itself.
  public var keyPath: String
  /// Ends the sentence "found …".
  public var found: String
  /// Ends the sentence "expected …".
  public var expected: String

  /// What was found and what was expected, without the place.
  public var reason: String { "found \(found), expected \(expected)" }
}

extension ConfigurationError: CustomStringConvertible {
  /// One line: `sluice.yaml:12:7: services[0].port: found "http", expected a port from 1 to 65535`.
  public var description: String {
    let place = position.map { "\(file):\($0): " } ?? "\(file): "
    return place + (keyPath.isEmpty ? "" : "\(keyPath): ") + reason
  }
}
