import Glibc

/// A configuration file in, a checked configuration or every error of the file out.
///
/// Text becomes a tree of values with their places (`SourceTree`); each mapping of the tree is opened by the
/// list of its keys (`Fields`); the decoder then checks what concerns several keys at once.
public enum ConfigurationReader {
  /// The most bytes that a file may have.
  public static let sizeLimit = 64 << 20

  /// Reads the file at `path`, which is also its name in complaints.
  public static func read(path: String) throws(ConfigurationErrors) -> CheckedConfiguration {
    let bytes: [UInt8]
    do throws(Errno) {
      bytes = try contents(of: path)
    } catch {
      throw refusal(path, found: error.reason, expected: "a file that can be read")
    }
    return try read(bytes: bytes, file: path)
  }

  /// Reads the bytes of a file; `file` is its name in complaints.
  public static func read(bytes: [UInt8], file: String) throws(ConfigurationErrors) -> CheckedConfiguration {
    guard bytes.count <= sizeLimit else {
      throw refusal(file, found: "more than \(sizeLimit >> 20) MiB", expected: "a configuration file")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let position = SourcePosition(ofInvalid: bytes)
      throw refusal(file, at: position, found: "bytes that are not UTF-8", expected: "text in UTF-8")
    }
    return try read(text: text, file: file)
  }

  /// Reads the text of a file; `file` is its name in complaints.
  public static func read(text: String, file: String) throws(ConfigurationErrors) -> CheckedConfiguration {
    let root = try SourceTree.parse(text, file: file)
    let findings = Findings(file: file)
    let configuration = ConfigurationDecoder(findings: findings).configuration(root)
    if let refusal = findings.refusal { throw refusal }
    guard let configuration else { preconditionFailure("a file was refused without a reason") }
    return CheckedConfiguration(configuration: configuration, warnings: warnings(of: configuration, root, file))
  }

  /// What the operator should know, with its places.
  private static func warnings(
    of configuration: Configuration, _ root: SourceValue, _ file: String
  ) -> [ConfigurationWarning] {
    let services = ConfigurationPath().key(RootKeys.services.name)
    let warnings = configuration.remarks(services.index).map { remark in
      ConfigurationWarning(
        file: file, position: root.position(of: remark.path), keyPath: remark.path.description, message: remark.message)
    }
    return warnings.sorted { ($0.position ?? .first) < ($1.position ?? .first) }
  }

  private static func refusal(
    _ file: String, at position: SourcePosition? = nil, found: String, expected: String
  ) -> ConfigurationErrors {
    ConfigurationErrors(
      ConfigurationError(file: file, position: position, keyPath: "", found: found, expected: expected))
  }

  /// The file's bytes, one more than `sizeLimit` at most.
  private static func contents(of path: String) throws(Errno) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno.current }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= sizeLimit {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Errno.current }
      guard count > 0 else { break }
      bytes += chunk.prefix(count)
    }
    return bytes
  }
}
