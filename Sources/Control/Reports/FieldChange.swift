import Configuration

/// One key whose value differs.
public struct FieldChange: Codable, Equatable, Sendable {
  /// As a file spells it.
  public var key: String
  /// As a file spells it; absent: the key was not there.
  public var from: String?
  /// As a file spells it; absent: the key is no longer there.
  public var to: String?

  init(_ change: SettingChange) {
    key = change.key
    from = change.from
    to = change.to
  }
}
