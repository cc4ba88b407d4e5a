/// A service that stays, and what of it differs.
public struct ServiceChange: Equatable, Sendable {
  /// Which one it is.
  public var identity: ServiceIdentity
  /// What it is called afterwards.
  public var name: String
  /// Keys of its own. `icmp` is not a key of the file: it says whether the service answers for its address.
  public var fields: [SettingChange]
  /// Those it has not had.
  public var backendsAdded: [BackendSettings]
  /// Those it has no longer.
  public var backendsRemoved: [BackendSettings]
  /// Those that stay, with something changed.
  public var backendsChanged: [BackendChange]
}
