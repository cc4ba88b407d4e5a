/// A service that was read, with what is needed to complain about it later.
struct DecodedService {
  /// What was read.
  var settings: ServiceSettings
  /// Its keys.
  var fields: Fields
  /// `settings.backends` with their places.
  var backends: [Located<BackendSettings>]

  /// `services[2] on line 14`.
  var reference: String { "\(fields.path) on line \(fields.position.line)" }
}
