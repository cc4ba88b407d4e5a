/// What differs between two configurations.
///
/// Services and backends are compared by identity: another name is a change, not a removal and an addition. The order
/// in a file means nothing, except where it decides which service answers for an address.
public struct ConfigurationDifference: Equatable, Sendable {
  /// In the order of the new configuration.
  public var servicesAdded: [ServiceSettings]
  /// In the order of the old configuration.
  public var servicesRemoved: [ServiceSettings]
  /// In the order of the new configuration.
  public var servicesChanged: [ServiceChange]
  /// How many services stay as they are.
  public var servicesUntouched: Int
  /// Settings that cannot change while the instance runs.
  public var needsRestart: [SettingChange]
  /// Settings that can.
  public var settingsChanged: [SettingChange]
  /// Which part of the old configuration's backends are gone, from 0 to 1.
  public var backendsRemovedShare: Double

  /// What turns `old` into `new`.
  public init(from old: Configuration, to new: Configuration) {
    let before = Dictionary(
      zip(old.services.map(\.identity), old.services.indices), uniquingKeysWith: { first, _ in first })
    let after = Set(new.services.map(\.identity))
    servicesAdded = new.services.filter { before[$0.identity] == nil }
    servicesRemoved = old.services.filter { !after.contains($0.identity) }
    servicesChanged = Self.changes(from: old, to: new, before)
    servicesUntouched = new.services.count - servicesAdded.count - servicesChanged.count
    let settings = Self.settings(from: old, to: new)
    needsRestart = settings.filter { !Self.canChange($0.key) }
    settingsChanged = settings.filter { Self.canChange($0.key) }
    let removed =
      servicesRemoved.reduce(0) { $0 + $1.backends.count } + servicesChanged.reduce(0) { $0 + $1.backendsRemoved.count }
    backendsRemovedShare = Double(removed) / Double(max(1, old.services.reduce(0) { $0 + $1.backends.count }))
  }

  /// Whether nothing differs.
  public var isEmpty: Bool {
    servicesAdded.isEmpty && servicesRemoved.isEmpty && servicesChanged.isEmpty && needsRestart.isEmpty
      && settingsChanged.isEmpty
  }

  private static func changes(
    from old: Configuration, to new: Configuration, _ before: [ServiceIdentity: Int]
  ) -> [ServiceChange] {
    let answered = Configuration.icmpServices(of: old.services)
    let answering = Configuration.icmpServices(of: new.services)
    return new.services.indices.compactMap { position in
      let service = new.services[position]
      guard let former = before[service.identity] else { return nil }
      let answeredICMP = answered[service.vip] == former
      let answersICMP = answering[service.vip] == position
      // Most services of a large configuration stay as they are.
      if answeredICMP == answersICMP, old.services[former] == service { return nil }
      return ServiceChange(
        from: old.services[former], to: service, answeredICMP: answeredICMP, answersICMP: answersICMP)
    }
  }

  private static func settings(from old: Configuration, to new: Configuration) -> [SettingChange] {
    let trees = [old, new].map { configuration in
      var configuration = configuration
      configuration.services = []
      return ConfigurationTree.root(configuration)
    }
    let keys = SettingChange.between(trees[0], trees[1], skipping: RootKeys.services.name)
    // The first port of a running instance stays its first.
    let orders = [old, new].map { "[" + $0.ports.map(\.name).joined(separator: ", ") + "]" }
    let order = SettingChange(key: RootKeys.ports.name, from: orders[0], to: orders[1])
    return orders[0] == orders[1] ? keys : keys + [order]
  }

  /// Whether a key of the first level or of a section can change while the instance runs.
  private static func canChange(_ key: String) -> Bool {
    key == RootKeys.unmatched.name || key == RootKeys.sourceRewrite.name
      || key == "\(RootKeys.control.name).\(ControlKeys.maxRemovedShare.name)"
      || key == "\(RootKeys.sessions.name).\(SessionKeys.floodRate.name)"
      || key.hasPrefix("\(RootKeys.sessions.name).\(SessionKeys.timeouts.name).")
  }
}
