/// A node of a file, and where it begins.
package struct SourceValue: Sendable {
  /// The three things that YAML knows.
  package enum Content: Sendable {
    case scalar(SourceScalar)
    case list([SourceValue])
    case mapping([SourceEntry])
  }

  /// What it is.
  package var content: Content
  /// Its first character.
  package var position: SourcePosition

  /// Nothing, as an empty file holds.
  static let nothing = SourceValue(content: .scalar(SourceScalar(text: "", isPlain: true)), position: .start)

  /// Left empty, `~` or `null`.
  package var isNull: Bool {
    if case .scalar(let scalar) = content { scalar.isNull } else { false }
  }

  /// Ends the sentence "found …".
  var summary: String {
    switch content {
    case .list: "a list"
    case .mapping: "a mapping"
    case .scalar(let scalar) where scalar.isNull: "nothing"
    case .scalar(let scalar): Self.isBare(scalar) ? scalar.text : quoted(scalar.text)
    }
  }

  /// Whether the spelling stands for itself: it is a short number, or a word of JSON.
  private static func isBare(_ scalar: SourceScalar) -> Bool {
    scalar.isPlain && scalar.text.utf8.count <= 20 && (scalar.isToken || scalar.text.utf8.allSatisfy(\.isDigit))
  }
}

/// One `key: value` of a mapping.
package struct SourceEntry: Sendable {
  /// The key's text.
  package var key: String
  /// Where the key begins.
  package var position: SourcePosition
  /// What it holds.
  package var value: SourceValue
}
