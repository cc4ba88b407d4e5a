/// What `PUT /v1/health` did.
public struct HealthOrderReport: Report {
  /// Who said it.
  public var source: String
  /// Backends of which it was said.
  public var backends: Int
  /// Backends whose state is another for it.
  public var changed: Int

  public var text: String { "\(source): \(backends) backends, \(changed) changed\n" }
}
