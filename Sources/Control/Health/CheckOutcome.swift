/// How a check ended.
enum CheckOutcome: Equatable, Sendable {
  /// As it should.
  case pass
  /// Not as it should: why, in the operator's words.
  case failure(String)
  /// Nothing can be said of the server: it was we who were late, or could not ask.
  case inconclusive(String)
}

extension CheckOutcome: CustomStringConvertible {
  /// A phrase.
  var description: String {
    switch self {
    case .pass: "passed"
    case .failure(let reason): reason
    case .inconclusive(let reason): "inconclusive: \(reason)"
    }
  }
}
