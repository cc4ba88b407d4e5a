import ArgumentParser
import Configuration
import Foundation

/// Reads a configuration for a command.
enum CheckedFile {
  /// Prints every error and ends the command with exit status 1 if the file is not good.
  static func read(_ path: String) throws -> CheckedConfiguration {
    do {
      return try ConfigurationReader.read(path: path)
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      throw ExitCode(1)
    }
  }
}
