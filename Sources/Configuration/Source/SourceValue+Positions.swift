extension SourceValue {
  /// Where the value of a path begins; if the way ends before, where its last part begins. Nil: nothing of the path is
  /// there.
  func position(of path: ConfigurationPath) -> SourcePosition? {
    var position: SourcePosition?
    var value = self
    for part in path.parts {
      guard let inner = value.value(of: part) else { break }
      value = inner
      position = inner.position
    }
    return position
  }

  private func value(of part: ConfigurationPath.Part) -> SourceValue? {
    switch (content, part) {
    case (.mapping(let entries), .key(let name)): entries.first { $0.key == name }?.value
    case (.list(let items), .index(let position)): items.indices.contains(position) ? items[position] : nil
    default: nil
    }
  }
}
