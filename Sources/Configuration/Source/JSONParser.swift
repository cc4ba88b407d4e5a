/// Reads JSON (RFC 8259) into the tree that files are read into, and refuses what only YAML takes for it.
///
/// Keys that an object has twice are refused too: the RFC leaves their meaning open.
package struct JSONParser {
  private static let depthLimit = 16

  private var text: JSONScanner

  private init(_ text: String) { self.text = JSONScanner(text) }

  /// The one value of a text.
  package static func parse(_ bytes: [UInt8]) throws(JSONError) -> SourceValue {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw JSONError(position: SourcePosition(ofInvalid: bytes), expected: "text in UTF-8")
    }
    var parser = JSONParser(text)
    let value = try parser.value(depth: 0)
    guard parser.text.peek == nil else { throw parser.text.failure("the end") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> SourceValue {
    text.skipSpace()
    guard depth < Self.depthLimit else { throw text.failure("at most \(Self.depthLimit) levels") }
    let position = text.position
    let content: SourceValue.Content
    switch text.peek {
    case "{": content = .mapping(try object(depth: depth))
    case "[": content = .list(try array(depth: depth))
    case "\"": content = .scalar(SourceScalar(text: try text.string(), isPlain: false))
    default: content = .scalar(SourceScalar(text: try text.token(), isPlain: true, isToken: true))
    }
    text.skipSpace()
    return SourceValue(content: content, position: position)
  }

  private mutating func array(depth: Int) throws(JSONError) -> [SourceValue] {
    var items: [SourceValue] = []
    text.advance()
    text.skipSpace()
    if text.take("]") { return items }
    repeat { items.append(try value(depth: depth + 1)) } while text.take(",")
    guard text.take("]") else { throw text.failure("',' or ']'") }
    return items
  }

  private mutating func object(depth: Int) throws(JSONError) -> [SourceEntry] {
    var entries: [SourceEntry] = []
    var seen: Set<String> = []
    text.advance()
    text.skipSpace()
    if text.take("}") { return entries }
    repeat {
      text.skipSpace()
      guard text.peek == "\"" else { throw text.failure("a key in double quotes") }
      let position = text.position
      let key = try text.string()
      guard seen.insert(key).inserted else { throw JSONError(position: position, expected: "each key once") }
      text.skipSpace()
      guard text.take(":") else { throw text.failure("':'") }
      entries.append(SourceEntry(key: key, position: position, value: try value(depth: depth + 1)))
    } while text.take(",")
    guard text.take("}") else { throw text.failure("',' or '}'") }
    return entries
  }
}
