/// One key whose value differs.
public struct SettingChange: Equatable, Sendable {
  /// As a file spells it: `sessions.capacity`, or `weight` within a backend.
  public var key: String
  /// As a file spells it, without quotes; nil: the key was not there.
  public var from: String?
  /// As a file spells it, without quotes; nil: the key is no longer there.
  public var to: String?

  /// A key whose value was another.
  public init(key: String, from: String?, to: String?) {
    self.key = key
    self.from = from
    self.to = to
  }
}
