/// The body of every refusal: `{"error": {"code", "message", "field"}}`.
public struct ErrorReport: Codable, Equatable, Sendable {
  /// Why the request was not done.
  public struct Reason: Codable, Equatable, Sendable {
    /// A word for programs.
    public var code: String
    /// A sentence for people.
    public var message: String
    /// What of the request is meant, where something particular is.
    public var field: String?
  }

  /// Why the request was not done.
  public var error: Reason
}
