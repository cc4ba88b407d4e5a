/// Why the control side does not start. The description is one sentence that names the remedy.
public enum ControlError: Error, Equatable {
  /// Another process answers on the socket.
  case anotherInstance(path: String, pid: Int32?)
  /// The path is taken by something that is no socket.
  case notASocket(path: String)
  /// A Unix socket's path has at most 107 bytes.
  case pathTooLong(path: String)
  /// The system refuses.
  case system(doing: String, reason: String)
}

extension ControlError: CustomStringConvertible {
  /// One sentence for an operator.
  public var description: String {
    switch self {
    case .anotherInstance(let path, let pid):
      "another sluice\(pid.map { " (process \($0))" } ?? "") answers on \(path): stop it, or give this one another "
        + "'control.socket'"
    case .notASocket(let path):
      "\(path) exists and is not a socket: remove it, or give another 'control.socket'"
    case .pathTooLong(let path):
      "\(path) is too long for a socket's path, which has at most \(UnixAddress.longestPath) bytes: give another "
        + "'control.socket'"
    case .system(let doing, let reason): "cannot \(doing): \(reason)"
    }
  }
}
