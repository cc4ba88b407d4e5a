/// A backend that stays, and what of it differs.
public struct BackendChange: Equatable, Sendable {
  /// Which one it is.
  public var identity: BackendIdentity
  /// What it is called afterwards.
  public var name: String
  /// Never empty.
  public var fields: [SettingChange]
}
