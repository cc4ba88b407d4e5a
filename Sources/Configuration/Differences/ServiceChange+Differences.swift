extension ServiceChange {
  /// What turns one service into another of the same identity. Nil: nothing differs.
  init?(from old: ServiceSettings, to new: ServiceSettings, answeredICMP: Bool, answersICMP: Bool) {
    let before = Dictionary(old.backends.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    let after = Set(new.backends.map(\.identity))
    identity = new.identity
    name = new.name
    fields = Self.fields(from: old, to: new)
    if answeredICMP != answersICMP {
      fields.append(SettingChange(key: "icmp", from: "\(answeredICMP)", to: "\(answersICMP)"))
    }
    backendsAdded = new.backends.filter { before[$0.identity] == nil }
    backendsRemoved = old.backends.filter { !after.contains($0.identity) }
    backendsChanged = new.backends.compactMap { backend in
      before[backend.identity].flatMap { BackendChange(from: $0, to: backend) }
    }
    if fields.isEmpty, backendsAdded.isEmpty, backendsRemoved.isEmpty, backendsChanged.isEmpty { return nil }
  }

  private static func fields(from old: ServiceSettings, to new: ServiceSettings) -> [SettingChange] {
    let trees = [old, new].map { service in
      var service = service
      service.backends = []
      return ConfigurationTree.service(service)
    }
    return SettingChange.names(old.name, new.name)
      + SettingChange.between(trees[0], trees[1], skipping: ServiceKeys.name.name)
  }
}

extension BackendChange {
  /// What turns one backend into another of the same identity. Nil: nothing differs.
  fileprivate init?(from old: BackendSettings, to new: BackendSettings) {
    guard old != new else { return nil }
    identity = new.identity
    name = new.name
    fields =
      SettingChange.names(old.name, new.name)
      + SettingChange.between(
        ConfigurationTree.backend(old), ConfigurationTree.backend(new), skipping: BackendKeys.name.name)
  }
}

extension SettingChange {
  /// Another name, which a file may leave to follow from the address.
  fileprivate static func names(_ old: String, _ new: String) -> [SettingChange] {
    old == new ? [] : [SettingChange(key: ServiceKeys.name.name, from: old, to: new)]
  }
}
