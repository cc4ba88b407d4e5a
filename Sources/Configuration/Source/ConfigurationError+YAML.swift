import Yams

extension ConfigurationError {
  /// The parser's error in this file's form. The parser's own text quotes the file; this does not.
  init(_ error: YamlError, in text: String, file: String) {
    self.init(file: file, position: nil, keyPath: "", found: "", expected: "a YAML document")
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      position = SourcePosition(mark)
      found = "a syntax error (\(problem)\(Self.place(of: context)))"
      expected = Self.isTab(at: mark, in: text) ? "spaces: YAML does not indent with tabs" : "correct YAML"
    case .composer(_, let problem, let mark, _):
      position = SourcePosition(mark)
      (found, expected) = Self.composition(problem)
    case .duplicatedKeysInMapping(let keys, let context):
      position = SourcePosition(context.mark)
      found = "\(quoted(keys.first ?? "")) more than once in a mapping"
      expected = "each key once"
    case .reader(let problem, _, _, _):
      position = text.unicodeScalars.firstIndex { !$0.isAllowedInYAML }.map { SourcePosition(of: $0, in: text) }
      found = "a character that YAML does not allow (\(problem))"
      expected = "text"
    case .memory: found = "more than memory holds"
    default: found = "a file that the YAML parser cannot read"
    }
  }

  private static func composition(_ problem: String) -> (found: String, expected: String) {
    if problem.contains("alias") {
      ("an alias (*)", "the value written out, or in quotes if it begins with *: aliases are not supported")
    } else {
      ("a second document", "one document in a file")
    }
  }

  /// Where the construct began that the problem is in.
  private static func place(of context: YamlError.Context?) -> String {
    context.map { " \($0.text) from line \($0.mark.line)" } ?? ""
  }

  private static func isTab(at mark: Mark, in text: String) -> Bool {
    let lines = text.unicodeScalars.split(separator: "\n", maxSplits: mark.line, omittingEmptySubsequences: false)
    return lines.dropFirst(mark.line - 1).first?.dropFirst(mark.column - 1).first == "\t"
  }
}

extension Unicode.Scalar {
  /// YAML 1.1, section 4.1.1: the printable subset, and line breaks.
  fileprivate var isAllowedInYAML: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10_FFFF: true
    default: false
    }
  }
}
