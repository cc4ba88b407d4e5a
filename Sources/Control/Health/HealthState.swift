/// What is known of whether a backend works.
public enum HealthState: String, Codable, Sendable, CaseIterable {
  /// Nothing yet; it counts as up.
  case unknown
  /// It works.
  case up
  /// It does not.
  case down
  /// It keeps the sessions it has and takes none: somebody said so.
  case drain
  /// An operator works on it.
  case maintenance
}
