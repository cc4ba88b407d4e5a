import Control
import Foundation

/// A configuration file as `plan` and `reload` send it: its text, so that the daemon needs no permission to read it; a
/// file too large for that by its path.
struct ConfigurationBody {
  let data: Data
  let contentType: String
  /// The name that complaints give the file; nil when the daemon reads it.
  let name: String?

  init(_ path: String) throws {
    let text = try InputFile.read(path)
    guard text.count > ControlLimits().bodyBytes, path != "-" else {
      (data, contentType, name) = (text, "application/yaml", path)
      return
    }
    data = try JSONEncoder().encode(["file": URL(fileURLWithPath: path).standardizedFileURL.path])
    contentType = "application/json"
    name = nil
  }
}
