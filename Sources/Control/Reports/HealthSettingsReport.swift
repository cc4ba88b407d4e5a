import Configuration

/// `services[].health` as the configuration has it: the keys of the service's check, and beside them its own.
public struct HealthSettingsReport: Codable, Equatable, Sendable {
  private enum Own: String, CodingKey { case onDown, failOpen, slowStart, damping }

  /// How backends are asked.
  public var check: CheckReport
  /// What the sessions of a backend that is down get.
  public var onDown: String
  /// Per cent of the backends: with fewer up, all are used.
  public var failOpen: Int
  /// In which the share of a backend that has come up grows.
  public var slowStart: String
  /// Within which a backend that goes down again counts as unsteady.
  public var damping: String

  init(_ health: HealthSettings) {
    check = CheckReport(CheckOverrides(health.check))
    onDown = health.onDown.rawValue
    failOpen = health.failOpen
    slowStart = ConfigurationText.spelling(milliseconds: health.slowStart)
    damping = ConfigurationText.spelling(milliseconds: health.damping)
  }

  /// Reads both kinds of keys from one object.
  public init(from decoder: any Decoder) throws {
    check = try CheckReport(from: decoder)
    let own = try decoder.container(keyedBy: Own.self)
    onDown = try own.decode(String.self, forKey: .onDown)
    failOpen = try own.decode(Int.self, forKey: .failOpen)
    slowStart = try own.decode(String.self, forKey: .slowStart)
    damping = try own.decode(String.self, forKey: .damping)
  }

  /// Writes both kinds of keys into one object.
  public func encode(to encoder: any Encoder) throws {
    try check.encode(to: encoder)
    var own = encoder.container(keyedBy: Own.self)
    try own.encode(onDown, forKey: .onDown)
    try own.encode(failOpen, forKey: .failOpen)
    try own.encode(slowStart, forKey: .slowStart)
    try own.encode(damping, forKey: .damping)
  }
}
