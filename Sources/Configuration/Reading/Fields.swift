/// One mapping of a file, opened to be read key by key. Every complaint about it goes to `findings`.
struct Fields {
  /// Where it stands.
  let path: ConfigurationPath
  /// Where it begins.
  let position: SourcePosition

  private let entries: [String: SourceEntry]
  private let findings: Findings

  /// A mapping of these entries; none: every key has its default.
  private init(
    _ entries: [SourceEntry], at path: ConfigurationPath, _ position: SourcePosition, _ findings: Findings
  ) {
    self.path = path
    self.position = position
    self.findings = findings
    self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Opens `value`, and refuses the keys that are not in `section`. Nil: refused, it is not a mapping.
  init?(_ value: SourceValue, at path: ConfigurationPath, _ section: Section, _ findings: Findings) {
    switch value.content {
    case .mapping(let entries):
      self.init(entries, at: path, value.position, findings)
      for entry in entries where !section.contains(entry.key) { refuseUnknown(entry, section) }
    case .scalar(let scalar) where scalar.isNull:
      self.init([], at: path, value.position, findings)
    case .scalar, .list:
      findings.refuse(path, at: value.position, found: value.summary, expected: "a mapping of keys to values")
      return nil
    }
  }

  /// What a key holds, or its default. Nil: left out without a default, or refused.
  func value<Value>(_ key: Key<Value>) -> Value? {
    guard let entry = entries[key.name] else {
      if key.absence == .required { refuse(missing: key.name, expected: key.form.expectation) }
      return key.defaultValue
    }
    return findings.scalar(entry.value, as: key.form, at: path.key(key.name))
  }

  /// What a key holds. Nil: left out, or refused.
  func written<Value>(_ key: Key<Value>) -> Value? { has(key.name) ? value(key) : nil }

  /// The items of a list of scalars, or the default. Refused items are left out.
  func values<Element>(_ key: ListKey<Element>) -> [Located<Element>] {
    let path = path.key(key.name)
    guard let value = entries[key.name]?.value, !value.isNull else {
      return key.defaultValue.enumerated().map { Located(value: $1, path: path.index($0), position: position) }
    }
    guard case .list(let items) = value.content else {
      let expected = "a list of values, each of them \(key.element.expectation)"
      findings.refuse(path, at: value.position, found: value.summary, expected: expected)
      return []
    }
    return items.enumerated().compactMap { index, item in
      findings.scalar(item, as: key.element, at: path.index(index)).map {
        Located(value: $0, path: path.index(index), position: item.position)
      }
    }
  }

  /// The mapping that a key holds; without the key, one without keys. Nil: refused.
  func section(_ key: SectionKey, _ section: Section) -> Fields? {
    let path = path.key(key.name)
    guard let entry = entries[key.name] else { return Fields([], at: path, position, findings) }
    return Fields(entry.value, at: path, section, findings)
  }

  /// The items of a list; none without the key. Items above `limit` are refused once, and not read.
  func items(_ key: SectionKey, limit: Int, _ noun: String) -> [Located<SourceValue>] {
    let path = path.key(key.name)
    guard let value = entries[key.name]?.value, !value.isNull else { return [] }
    guard case .list(let items) = value.content else {
      findings.refuse(path, at: value.position, found: value.summary, expected: "a list of \(noun)s")
      return []
    }
    if items.count > limit {
      findings.refuse(
        path.index(limit), at: items[limit].position, found: counted(items.count, noun), expected: "at most \(limit)")
    }
    return items.prefix(limit).enumerated().map { index, item in
      Located(value: item, path: path.index(index), position: item.position)
    }
  }

  /// The entries of a mapping of names. Nil: left out, empty, or refused.
  func named(_ key: SectionKey, _ noun: String) -> [SourceEntry]? {
    let expected = "a mapping of names to \(noun)s"
    guard let value = entries[key.name]?.value, !value.isNull else {
      refuse(missing: key.name, expected: expected)
      return nil
    }
    guard case .mapping(let entries) = value.content else {
      findings.refuse(path.key(key.name), at: value.position, found: value.summary, expected: expected)
      return nil
    }
    return entries
  }

  /// Whether the file has the key, with whatever value.
  func has(_ name: String) -> Bool { entries[name] != nil }

  /// Whether the file has the key, with a list of no items.
  func isEmptyList(_ name: String) -> Bool {
    if case .list(let items) = entries[name]?.value.content { items.isEmpty } else { false }
  }

  /// Where a key's value begins; without the key, where the mapping begins.
  func position(of name: String) -> SourcePosition { entries[name]?.value.position ?? position }
}

extension Fields {
  private func refuse(missing name: String, expected: String) {
    findings.refuse(path.key(name), at: position, found: "nothing", expected: expected)
  }

  private func refuseUnknown(_ entry: SourceEntry, _ section: Section) {
    let inner = path.key(entry.key)
    if section.planned.contains(entry.key) {
      findings.refuse(
        inner, at: entry.position, found: "a key that is not built yet",
        expected: "only \(alternatives(section.keys.map(\.name)))")
    } else if let nearest = section.nearest(to: entry.key) {
      findings.refuse(inner, at: entry.position, found: "an unknown key", expected: "\(nearest), perhaps")
    } else {
      findings.refuse(
        inner, at: entry.position, found: "an unknown key", expected: alternatives(section.keys.map(\.name)))
    }
  }
}
