extension Collection<UInt8> where SubSequence: Collection<UInt8> {
  /// Whether a text's bytes stand somewhere in these, one after the other.
  func containsBytes(of text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return true }
    var rest = self[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: wanted) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
