import NIOHTTP1

/// One method of one path, and who answers it.
struct Route: Sendable {
  /// What stands between two slashes.
  enum Segment: Equatable, Sendable {
    case word(String)
    /// Anything but nothing; the name that docs/openapi.yaml gives it.
    case variable(String)
  }

  /// `variables`: what the path has in the places of the variables, in their order.
  typealias Handler = @Sendable (_ router: Router, _ request: ControlRequest, _ variables: [String]) throws -> Answer

  let method: HTTPMethod
  /// As `/v1/services/{name}`.
  let path: String
  let segments: [Segment]
  /// The parameters it knows.
  let parameters: Set<String>
  let handler: Handler

  init(_ method: HTTPMethod, _ path: String, _ parameters: Set<String> = [], handler: @escaping Handler) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.handler = handler
    segments = path.dropFirst().split(separator: "/").map {
      $0.hasPrefix("{") ? .variable(String($0.dropFirst().dropLast())) : .word(String($0))
    }
  }

  /// Whether it answers a request of that method: who knows GET knows HEAD.
  func takes(_ asked: HTTPMethod) -> Bool { asked == method || asked == .HEAD && method == .GET }

  /// What a path has in the places of the variables; nil when the path is another.
  func variables(of path: [String]) -> [String]? {
    guard path.count == segments.count else { return nil }
    var variables: [String] = []
    for (segment, part) in zip(segments, path) {
      switch segment {
      case .word(let word): guard word == part else { return nil }
      case .variable: variables.append(part)
      }
    }
    return variables
  }
}
