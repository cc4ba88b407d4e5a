/// What differs between two configurations.
///
/// Services and backends are compared by identity: another name is a change, not a removal and an addition. The order
/// in a file means nothing, except where it decides which service answers for an address.
public struct ConfigurationDifference: Equatable, Sendable {
  /// In the order of the new configuration.
  public var servicesAdded: [ServiceSettings] = []
  /// In the order of the old configuration.
  public var servicesRemoved: [ServiceSettings] = []
  /// In the order of the new configuration.
  public var servicesChanged: [ServiceChange] = []
  /// How many services stay as they are.
  public var servicesUntouched = 0
  /// Settings that cannot change while the instance runs.
  public var needsRestart: [SettingChange] = []
  /// Settings that can.
  public var settingsChanged: [SettingChange] = []
  /// Which part of the old configuration's backends are gone, from 0 to 1.
  public var backendsRemovedShare = 0.0

  /// What turns `old` into `new`.
  public init(from old: Configuration, to new: Configuration) {}

  /// Whether nothing differs.
  public var isEmpty: Bool {
    servicesAdded.isEmpty && servicesRemoved.isEmpty && servicesChanged.isEmpty && needsRestart.isEmpty
      && settingsChanged.isEmpty
  }
}
