import ArgumentParser
import Foundation

/// A file that a command sends to the daemon.
enum InputFile {
  /// The file's bytes; `-` is standard input. Ends the command with a sentence if it cannot be read.
  static func read(_ path: String) throws -> Data {
    if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var data = Data()
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(descriptor, &piece, piece.count)
      if count == 0 { return data }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw unreadable(path, errno) }
      data += piece[..<count]
    }
  }

  /// Says why, as the system puts it.
  private static func unreadable(_ path: String, _ code: Int32) -> ExitCode {
    FileHandle.standardError.write(Data("sluice: \(path) cannot be read: \(String(cString: strerror(code)))\n".utf8))
    return ExitCode(1)
  }
}
