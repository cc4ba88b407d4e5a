import Foundation

/// A file of the project, found from where this source lies.
enum ProjectFile {
  static func text(_ path: String, source: String = #filePath) throws -> String {
    let root = URL(fileURLWithPath: source).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }
}
