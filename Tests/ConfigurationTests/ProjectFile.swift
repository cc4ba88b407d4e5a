import Configuration
import Foundation

/// A file of the project that must agree with the reader.
enum ProjectFile: String {
  case sample = "config/sluice.yaml"
  case schema = "config/sluice.schema.json"
  case manual = "docs/configuration.md"

  /// Where it is: this file's folder is two below the project's.
  var path: String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return folder.appending(path: "../../\(rawValue)").path(percentEncoded: false)
  }

  /// What it says.
  func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// What it says, as a tree: JSON is YAML.
  func tree() throws -> SourceValue { try SourceTree.parse(text(), file: rawValue) }
}

extension SourceValue {
  /// What a key of a mapping holds.
  subscript(_ key: String) -> SourceValue? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The items of a list; none if it is none.
  var items: [SourceValue] {
    if case .list(let items) = content { items } else { [] }
  }

  /// The entries of a mapping; none if it is none.
  var entries: [SourceEntry] {
    if case .mapping(let entries) = content { entries } else { [] }
  }

  /// The spelling of a scalar, or of a list of scalars: `[1, 2]`.
  var spelling: String? {
    switch content {
    case .scalar(let scalar): scalar.text
    case .list(let items): "[" + items.compactMap(\.spelling).joined(separator: ", ") + "]"
    case .mapping: nil
    }
  }
}
