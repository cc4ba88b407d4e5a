import Glibc

/// Short texts that the kernel offers as files.
enum SmallFile {
  /// The file's first 64 KiB, or nil if it cannot be read.
  static func text(_ path: String) -> String? {
    let handle = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { return nil }
    defer { close(handle) }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let length = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(handle, $0.baseAddress, $0.count) }
    guard length >= 0 else { return nil }
    return String(decoding: bytes.prefix(length), as: UTF8.self)
  }

  /// The decimal number that the file is.
  static func number(_ path: String) -> UInt64? {
    text(path).flatMap { UInt64($0.prefix { $0.isNumber }) }
  }
}
