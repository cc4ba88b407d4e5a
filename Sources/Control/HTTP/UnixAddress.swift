import EAL
import Glibc

/// A Unix socket's path as system calls take it.
struct UnixAddress {
  /// Bytes of a path; the kernel's field has one more, for the final zero.
  static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  private var raw = sockaddr_un()

  /// nil when the path does not fit.
  init?(_ path: String) {
    guard (1...Self.longestPath).contains(path.utf8.count) else { return nil }
    raw.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &raw.sun_path) { $0.copyBytes(from: path.utf8) }
  }

  /// A stream socket, or the error number.
  static func makeSocket() -> Result<CInt, Errno> {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    return descriptor < 0 ? .failure(Errno(code: errno)) : .success(descriptor)
  }

  /// nil when done, otherwise the error number.
  func connect(_ descriptor: CInt) -> Errno? { call(Glibc.connect, descriptor) }

  /// nil when done, otherwise the error number.
  func bind(_ descriptor: CInt) -> Errno? { call(Glibc.bind, descriptor) }

  private func call(
    _ function: (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt, _ descriptor: CInt
  ) -> Errno? {
    withUnsafePointer(to: raw) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        while function(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) != 0 {
          if errno != EINTR { return Errno(code: errno) }
        }
        return nil
      }
    }
  }
}

/// An error number of the system, with its words.
struct Errno: Error, Equatable {
  var code: Int32

  static func == (error: Self, code: Int32) -> Bool { error.code == code }
  var reason: String { systemMessage(code) }
}
