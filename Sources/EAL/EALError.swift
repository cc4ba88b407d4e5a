import Glibc

/// Why bring-up stopped. The description is one sentence that names the remedy.
public enum EALError: Error, Equatable {
  /// DPDK's heap has no room for `what`.
  case outOfMemory(what: String, errno: Int32)
  /// Anything that is already a sentence.
  case refused(String)
}

extension EALError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfMemory(let what, let code):
      "no memory left for \(what): \(systemMessage(code)). Give more with 'dpdk.memory', or leave it 'auto'."
    case .refused(let sentence): sentence
    }
  }
}

/// What the C library says of an error number of either sign.
public func systemMessage(_ code: Int32) -> String {
  // Swift's standard library has no such table; strerror's own text is constant per code.
  guard let text = unsafe strerror(abs(code)) else { return "error \(code)" }
  return unsafe String(cString: text)
}
