import Glibc

/// Why the operating system refused something.
struct Errno: Error {
  /// As `errno` has it.
  let code: Int32

  /// The calling thread's latest.
  static var current: Errno { Errno(code: errno) }

  /// In the system's words, without a capital: it stands within a sentence.
  var reason: String {
    switch code {
    case ENOENT: "no such file"
    case EISDIR: "a directory"
    case EACCES: "a file that this user may not read"
    default: String(cString: strerror(code)).lowercased()
    }
  }
}
