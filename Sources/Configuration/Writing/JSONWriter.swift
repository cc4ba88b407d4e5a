/// Writes a tree as JSON on one line.
struct JSONWriter {
  /// What is written so far.
  private(set) var text = ""

  /// Writes one value.
  mutating func write(_ value: SourceValue) {
    switch value.content {
    case .scalar(let scalar): text += scalar.isPlain ? Self.plain(scalar.text) : jsonString(scalar.text)
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        text += index == 0 ? "" : ","
        write(item)
      }
      text += "]"
    case .mapping(let entries):
      text += "{"
      for (index, entry) in entries.enumerated() {
        text += (index == 0 ? "" : ",") + jsonString(entry.key) + ":"
        write(entry.value)
      }
      text += "}"
    }
  }

  /// Numbers and truths stand for themselves, also without the hexadecimal form that JSON lacks; words become text.
  private static func plain(_ text: String) -> String {
    if text.hasPrefix("0x"), let number = hexadecimal(text.dropFirst(2), digits: 1...16) { return "\(number)" }
    return JSONScanner.isToken(text) ? text : jsonString(text)
  }
}

/// `text` as a string of JSON, which is one of YAML too: beyond ASCII only what both take as it stands.
func jsonString(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x22, 0x5C: result += "\\\(scalar)"
    case 0x20..<0x7F, 0x10000...: result += String(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
  }
  return result + "\""
}
