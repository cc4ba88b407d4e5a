extension SourcePosition {
  /// The line and column of a place in `text`.
  init(of index: String.Index, in text: String) {
    self = .start
    for scalar in text.unicodeScalars[..<index] { advance(past: scalar) }
  }

  /// Where `bytes` first stop being UTF-8.
  init(ofInvalid bytes: [UInt8]) {
    self = .start
    var iterator = bytes.makeIterator()
    var decoder = UTF8()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { advance(past: scalar) }
  }

  private mutating func advance(past scalar: Unicode.Scalar) {
    if scalar == "\n" {
      line += 1
      column = 1
    } else {
      column += 1
    }
  }
}
