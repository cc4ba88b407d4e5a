import Configuration
import Foundation

/// A configuration on its way to a file: written beside it first, so that the file is at every moment whole, the old one
/// or the new one. Until `commit` nothing has changed; what is not committed leaves nothing behind.
struct SavedFile: ~Copyable {
  let path: String
  /// Where the file is: what `path` leads to if it is a symbolic link, which stays one.
  private let place: String
  private let draft: String

  /// Writes the draft, with the permissions of the file that it will replace.
  ///
  /// - Throws: `ControlRefusal` when the directory cannot be written to, or the disk is full.
  init(_ configuration: Configuration, at path: String) throws(ControlRefusal) {
    self.path = path
    place = Self.resolved(path)
    draft = place + ".new"
    var status = stat()
    let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o600
    do {
      try Self.write(Data(ConfigurationText.yaml(configuration).utf8), to: draft, mode: mode)
    } catch {
      unlink(draft)
      throw ControlRefusal(.conflict, "cannot_save", "\(path) cannot be written: \(error.reason)", field: "save")
    }
  }

  deinit { unlink(draft) }

  /// Puts the draft in the file's place; the reason when that fails.
  func commit() -> String? { rename(draft, place) == 0 ? nil : Errno(code: errno).reason }

  /// `path` itself where there is nothing yet.
  private static func resolved(_ path: String) -> String {
    guard let place = realpath(path, nil) else { return path }
    defer { free(place) }
    return String(cString: place)
  }

  private static func write(_ data: Data, to path: String, mode: mode_t) throws(Errno) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw Errno(code: errno) }
    defer { close(descriptor) }
    var rest = data
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Errno(code: errno) }
      rest = rest.dropFirst(count)
    }
    guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw Errno(code: errno) }
  }
}
