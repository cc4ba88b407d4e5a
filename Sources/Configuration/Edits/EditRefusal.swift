/// Why a change, or the body that describes it, is refused; nothing has changed.
public struct EditRefusal: Error, Equatable, Sendable {
  /// What is wrong, as far as it decides how a client is answered.
  public enum Kind: Sendable {
    /// The body is not JSON.
    case malformed
    /// A value does not fit its key, a key is unknown, or the result would not be a configuration.
    case invalid
    /// There is no such service or backend.
    case notFound
    /// Something else has the name, the address or the port already.
    case conflict
  }

  /// What is wrong.
  public var kind: Kind
  /// A word for programs, such as `unknown_backend`.
  public var code: String
  /// One sentence for people.
  public var message: String
  /// The key that is meant, such as `backends[0].weight`; nil: the change as a whole.
  public var field: String?

  /// A refusal for this reason.
  public init(_ kind: Kind, _ code: String, _ message: String, field: String? = nil) {
    self.kind = kind
    self.code = code
    self.message = message
    self.field = field
  }
}

extension EditRefusal: CustomStringConvertible {
  /// The sentence.
  public var description: String { message }
}
