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
    case .badAnswer(let path, let reason): "what answers at \(path) is not a sluice of this version: \(reason)"
    }
  }

  /// What the command exits with: 3 without a daemon, otherwise 1.
  public var exitStatus: Int32 {
    if case .noDaemon = self { return 3 }
    return 1
  }
}
