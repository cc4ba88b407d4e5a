extension SettingChange {
  /// What differs between two mappings, key by key; keys of mappings within them have their whole path. Values of
  /// `skipping` are not looked at.
  static func between(_ old: SourceValue, _ new: SourceValue, skipping: String) -> [SettingChange] {
    let before = spellings(of: old, skipping: skipping)
    let after = spellings(of: new, skipping: skipping)
    let known = Dictionary(uniqueKeysWithValues: before)
    let present = Dictionary(uniqueKeysWithValues: after)
    let keys = before.map(\.0) + after.map(\.0).filter { known[$0] == nil }
    return keys.compactMap { key in
      known[key] == present[key] ? nil : SettingChange(key: key, from: known[key], to: present[key])
    }
  }

  /// Every key below a mapping, by its path, with its value as a file spells it.
  private static func spellings(of mapping: SourceValue, skipping: String) -> [(String, String)] {
    guard case .mapping(let entries) = mapping.content else { return [] }
    return entries.filter { $0.key != skipping }.flatMap { entry -> [(String, String)] in
      guard case .mapping = entry.value.content else { return [(entry.key, entry.value.spelling)] }
      return spellings(of: entry.value, skipping: "").map { ("\(entry.key).\($0)", $1) }
    }
  }
}

extension SourceValue {
  /// A scalar, or a list of scalars, as a reader of the change understands it: without quotes.
  fileprivate var spelling: String {
    switch content {
    case .scalar(let scalar): scalar.text
    case .list(let items): "[" + items.map(\.spelling).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key): \($0.value.spelling)" }.joined(separator: ", ") + "}"
    }
  }
}
