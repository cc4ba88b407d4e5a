/// Why a command got no answer, or not the one it wanted. The description is one sentence.
public enum ClientError: Error, Equatable {
  /// Nobody listens on the socket.
  case noDaemon(path: String, reason: String)
  /// The socket may not be opened.
  case notPermitted(path: String)
  /// No answer in time.
  case timeout(path: String, seconds: Int)
  /// The request was refused.
  case refused(status: Int, message: String)
  /// The connection ended without an answer.
  case noAnswer(path: String)
  /// What came back cannot be understood.
  case badAnswer(path: String, reason: String)
}

extension ClientError: CustomStringConvertible {
  /// One sentence for an operator.
  public var description: String {
    switch self {
    case .noDaemon(let path, let reason): "no sluice answers at \(path): \(reason)"
    case .notPermitted(let path): "no permission to open \(path): the user that runs sluice, or root, has it"
    case .timeout(let path, let seconds): "the sluice at \(path) has not answered for \(seconds) s"
    case .refused(_, let message): message
    case .noAnswer(let path): "the sluice at \(path) ended the connection unanswered: it stops, or has too many of them"
    case .badAnswer(let path, let reason): "what answers at \(path) is not a sluice of this version: \(reason)"
    }
  }

  /// What the command exits with: 3 without a daemon that answers, otherwise 1.
  public var exitStatus: Int32 {
    switch self {
    case .noDaemon, .timeout, .noAnswer: 3
    case .notPermitted, .refused, .badAnswer: 1
    }
  }
}
