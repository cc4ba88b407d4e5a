/// Something in a file that is allowed and probably not meant, or that the operator should know.
public struct ConfigurationWarning: Equatable, Sendable {
  /// The file's name, as the caller gave it.
  public var file: String
  /// Nil when something is missing, which has no place.
  public var position: SourcePosition?
  /// As `services[2].backends`.
  public var keyPath: String
  /// What follows from it, as a sentence without a full stop.
  public var message: String
}

extension ConfigurationWarning: CustomStringConvertible {
  /// One line: `sluice.yaml:12:7: warning: services[0]: no backend takes sessions`.
  public var description: String {
    let place = position.map { "\(file):\($0): " } ?? "\(file): "
    return place + "warning: \(keyPath): \(message)"
  }
}
