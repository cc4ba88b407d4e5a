/// `text` in double quotes and on one line: control and other invisible characters are escaped, and what
/// is longer than 60 characters is cut, so that no file can spoil a terminal or hide a complaint.
func quoted(_ text: String) -> String {
  let limit = 60
  var result = "\""
  for scalar in text.unicodeScalars.prefix(limit) {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    case "\"", "\\": result += "\\\(scalar)"
    default: result += scalar.isVisible ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
  return result + (text.unicodeScalars.dropFirst(limit).isEmpty ? "\"" : "…\"")
}

/// `a, b or c`.
func alternatives(_ texts: [String]) -> String {
  guard texts.count > 1, let last = texts.last else { return texts.first ?? "" }
  return texts.dropLast().joined(separator: ", ") + " or " + last
}

/// `1 server`, `2 servers`.
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

extension Unicode.Scalar {
  /// Whether the scalar shows as itself and leaves its neighbours alone: text direction marks do not.
  public var isVisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}

extension UInt8 {
  /// `0` to `9` in ASCII.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// An ASCII letter or digit.
  var isLetterOrDigit: Bool {
    isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
