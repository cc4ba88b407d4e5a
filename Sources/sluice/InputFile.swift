import ArgumentParser
import Foundation

/// A file that a command sends to the daemon.
enum InputFile {
  /// The file's bytes; `-` is standard input. Ends the command with a sentence if it cannot be read.
  static func read(_ path: String) throws -> Data {
    if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      FileHandle.standardError.write(Data("sluice: \(path) cannot be read: \(error.localizedDescription)\n".utf8))
      throw ExitCode(1)
    }
  }
}
