/// Writes a tree as YAML: sections as blocks, and on one line what has only scalars in it and stands two levels down
/// (a port, a backend, the timeouts).
struct YAMLWriter {
  /// What is written so far.
  private(set) var text = ""

  /// Writes the mapping of a whole file.
  mutating func write(_ root: SourceValue) {
    guard case .mapping(let entries) = root.content else { return }
    write(entries, depth: 0)
  }

  /// Writes a block; the first key of a list's item follows its dash.
  private mutating func write(_ entries: [SourceEntry], depth: Int, afterDash: Bool = false) {
    for (index, entry) in entries.enumerated() {
      if index > 0 || !afterDash { text += Self.indent(depth) }
      text += Self.key(entry.key) + ":"
      writeValue(entry.value, depth: depth + 1)
    }
  }

  private mutating func writeValue(_ value: SourceValue, depth: Int) {
    switch value.content {
    case .mapping(let entries) where depth < 2 || !value.isFlat:
      text += "\n"
      write(entries, depth: depth)
    case .list(let items) where !value.isFlat:
      text += "\n"
      for item in items { writeItem(item, depth: depth) }
    case .scalar, .list, .mapping: text += " " + Self.line(value) + "\n"
    }
  }

  private mutating func writeItem(_ item: SourceValue, depth: Int) {
    text += Self.indent(depth) + "- "
    if case .mapping(let entries) = item.content, !item.isFlat {
      write(entries, depth: depth + 1, afterDash: true)
    } else {
      text += Self.line(item) + "\n"
    }
  }

  /// A value on one line.
  private static func line(_ value: SourceValue) -> String {
    switch value.content {
    case .scalar(let scalar): scalar.isPlain ? scalar.text : jsonString(scalar.text)
    case .list(let items): "[" + items.map(line).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{ " + entries.map { "\(key($0.key)): \(line($0.value))" }.joined(separator: ", ") + " }"
    }
  }

  private static func key(_ name: String) -> String {
    let isWord = name.utf8.allSatisfy { $0.isLetterOrDigit || "_-".utf8.contains($0) }
    return isWord && name.utf8.first?.isLetterOrDigit == true ? name : jsonString(name)
  }

  private static func indent(_ depth: Int) -> String { String(repeating: " ", count: 2 * depth) }
}

extension SourceValue {
  /// Whether there are only scalars in it.
  fileprivate var isFlat: Bool {
    switch content {
    case .scalar: true
    case .list(let items): items.allSatisfy(\.isScalar)
    case .mapping(let entries): entries.allSatisfy(\.value.isScalar)
    }
  }

  private var isScalar: Bool {
    if case .scalar = content { true } else { false }
  }
}
