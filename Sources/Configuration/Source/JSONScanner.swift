/// The words of a JSON text, one after the other.
struct JSONScanner {
  private let scalars: [Unicode.Scalar]
  private var next = 0
  private var line = 1
  private var lineStart = 0

  /// At the beginning of a text.
  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The character that comes next; nil at the end.
  var peek: Unicode.Scalar? { next < scalars.count ? scalars[next] : nil }

  /// Where it stands.
  var position: SourcePosition { SourcePosition(line: line, column: next - lineStart + 1) }

  /// The complaint that something else should come next.
  func failure(_ expected: String) -> JSONError { JSONError(position: position, expected: expected) }

  /// Goes past the next character.
  mutating func advance() {
    if peek == "\n" {
      line += 1
      lineStart = next + 1
    }
    next += 1
  }

  /// Goes past the four characters that may stand between words.
  mutating func skipSpace() {
    while let scalar = peek, scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r" { advance() }
  }

  /// Goes past the next character if it is this one, and says whether it was.
  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    advance()
    return true
  }
}

extension JSONScanner {
  /// A number, `true`, `false` or `null`.
  mutating func token() throws(JSONError) -> String {
    let start = position
    var text = ""
    while let scalar = peek, scalar.isASCII,
      UInt8(ascii: scalar).isLetterOrDigit || "+-.".unicodeScalars.contains(scalar)
    {
      text.unicodeScalars.append(scalar)
      advance()
    }
    guard Self.isToken(text) else { throw JSONError(position: start, expected: "a JSON value") }
    return text
  }

  /// Whether a text is a number, `true`, `false` or `null`.
  static func isToken(_ text: String) -> Bool {
    ["true", "false", "null"].contains(text) || isNumber(text.utf8[...])
  }

  /// `-`, digits without a leading zero, and perhaps a fraction and an exponent.
  private static func isNumber(_ text: Substring.UTF8View) -> Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    let whole = digits.prefix(while: \.isDigit)
    guard whole.count == 1 || whole.count > 1 && whole.first != UInt8(ascii: "0") else { return false }
    var rest = digits.dropFirst(whole.count)
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: \.isDigit)
      guard !fraction.isEmpty else { return false }
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard let first = rest.first else { return true }
    let exponent = rest.dropFirst()
    let sign = exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-")
    let power = exponent.dropFirst(sign ? 1 : 0)
    return first | 0x20 == UInt8(ascii: "e") && !power.isEmpty && power.allSatisfy(\.isDigit)
  }

  /// What a string says; its first quote comes next.
  mutating func string() throws(JSONError) -> String {
    var text = String.UnicodeScalarView()
    advance()
    while let scalar = peek {
      guard scalar.value >= 0x20 else { throw failure("control characters escaped") }
      if take("\"") { return String(text) }
      if scalar == "\\" {
        text.append(try escape())
      } else {
        text.append(scalar)
        advance()
      }
    }
    throw failure("'\"'")
  }

  private mutating func escape() throws(JSONError) -> Unicode.Scalar {
    let plain: [Unicode.Scalar: Unicode.Scalar] = [
      "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
    ]
    advance()
    guard let letter = peek else { throw failure("an escaped character") }
    if let scalar = plain[letter] {
      advance()
      return scalar
    }
    guard letter == "u" else { throw failure("one of the escapes of JSON") }
    let high = try unit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    // A surrogate: two of them make one character (RFC 8259, section 7).
    guard high < 0xDC00, peek == "\\" else { throw failure("the second half of a surrogate pair") }
    advance()
    guard peek == "u" else { throw failure("the second half of a surrogate pair") }
    let low = try unit()
    guard (0xDC00..<0xE000).contains(low) else { throw failure("the second half of a surrogate pair") }
    return Unicode.Scalar((high - 0xD800) << 10 + (low - 0xDC00) + 0x10000) ?? "\u{FFFD}"
  }

  /// The four hexadecimal digits after `u`, which comes next.
  private mutating func unit() throws(JSONError) -> UInt32 {
    advance()
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let scalar = peek, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw failure("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }
}
