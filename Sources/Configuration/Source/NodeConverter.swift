import Yams

/// Turns the parser's nodes into values, and refuses what Sluice does not read: anchors (and with them
/// aliases), merge keys, tags, and keys that are not scalars.
struct NodeConverter {
  private let findings: Findings

  init(file: String) { findings = Findings(file: file) }

  /// The whole tree, or everything in it that is refused.
  func tree(of root: Node) throws(ConfigurationErrors) -> SourceValue {
    let value = convert(root, at: ConfigurationPath())
    if let refusal = findings.refusal { throw refusal }
    return value
  }

  // Recursion ends: the parser nests at most 1000 levels.
  private func convert(_ node: Node, at path: ConfigurationPath) -> SourceValue {
    let position = SourcePosition(node.mark)
    refuseProperties(of: node, at: path, position)
    switch node {
    case .scalar(let scalar):
      let source = SourceScalar(text: scalar.string, isPlain: scalar.style == .plain)
      return SourceValue(content: .scalar(source), position: position)
    case .sequence(let sequence):
      let items = sequence.enumerated().map { convert($1, at: path.index($0)) }
      return SourceValue(content: .list(items), position: position)
    case .mapping(let mapping):
      let entries = mapping.compactMap { entry($0.key, $0.value, at: path) }
      return SourceValue(content: .mapping(entries), position: position)
    case .alias:
      findings.refuse(path, at: position, found: "an alias (*)", expected: Self.writtenOut)
      return SourceValue(content: .list([]), position: position)
    }
  }

  private func entry(_ key: Node, _ value: Node, at path: ConfigurationPath) -> SourceEntry? {
    let position = SourcePosition(key.mark)
    guard case .scalar(let scalar) = key else {
      let found = key.sequence == nil ? "a mapping as a key" : "a list as a key"
      findings.refuse(path, at: position, found: found, expected: "the name of a key")
      return nil
    }
    let inner = path.key(scalar.string)
    refuseProperties(of: key, at: inner, position)
    if scalar.string == "<<", scalar.style == .plain {
      findings.refuse(path, at: position, found: "a merge key (<<)", expected: Self.writtenOut)
      return nil
    }
    return SourceEntry(key: scalar.string, position: position, value: convert(value, at: inner))
  }

  private func refuseProperties(of node: Node, at path: ConfigurationPath, _ position: SourcePosition) {
    if let anchor = node.anchor {
      findings.refuse(path, at: position, found: "the anchor \(quoted(anchor.rawValue))", expected: Self.writtenOut)
    }
    // Without resolver rules an untagged node resolves to the plain kind that it is.
    let tag = node.tag.rawValue
    if ![Tag.Name.str, .seq, .map].contains(Tag.Name(rawValue: tag)) {
      findings.refuse(path, at: position, found: "the tag \(quoted(tag))", expected: "a value without a tag")
    }
  }

  private static let writtenOut = "the values written out: anchors, aliases and merge keys are not supported"
}

extension SourcePosition {
  /// The parser's mark, or the beginning of the file for a node that has none.
  init(_ mark: Mark?) {
    self = mark.map { SourcePosition(line: $0.line, column: $0.column) } ?? .start
  }
}
