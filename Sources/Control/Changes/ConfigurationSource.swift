import Configuration

/// Where a configuration comes from.
enum ConfigurationSource: Equatable, Sendable {
  /// The text itself; `name` stands for it in complaints.
  case text([UInt8], name: String)
  /// A file that this process reads.
  case file(String)
  /// The file that the instance was started with.
  case startFile

  /// - Throws: `ControlRefusal` with every mistake of the file.
  func read(startFile: String?) throws(ControlRefusal) -> CheckedConfiguration {
    do throws(ConfigurationErrors) {
      switch self {
      case .text(let bytes, let name): return try ConfigurationReader.read(bytes: bytes, file: name)
      case .file(let path): return try ConfigurationReader.read(path: path)
      case .startFile: break
      }
    } catch {
      throw ControlRefusal(.unprocessableEntity, "bad_configuration", error.description, field: "body")
    }
    guard let startFile else {
      throw ControlRefusal(.conflict, "no_file", "this instance was not started with a file: send one")
    }
    return try ConfigurationSource.file(startFile).read(startFile: nil)
  }
}
