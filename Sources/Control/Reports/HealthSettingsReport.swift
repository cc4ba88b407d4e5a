import Configuration

/// `services[].health` as the configuration has it: the keys of the service's check, and beside them its own.
public struct HealthSettingsReport: Codable, Equatable, Sendable {
  private enum Own: String, CodingKey {
    case onDown, failOpen, slowStart, damping
    case passive, passiveWindow, passiveSample, passiveFailures, passiveEjected, passiveRetry
  }

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
  /// Whether workers observe how backends take new sessions.
  public var passive: Bool
  /// What is looked back.
  public var passiveWindow: String
  /// New sessions below which nothing is concluded.
  public var passiveSample: Int
  /// Part of them that has to fail.
  public var passiveFailures: Double
  /// Part of a pool that may be out by observation.
  public var passiveEjected: Double
  /// After which a backend that nobody checks is tried again.
  public var passiveRetry: String

  init(_ health: HealthSettings) {
    check = CheckReport(CheckOverrides(health.check))
    onDown = health.onDown.rawValue
    failOpen = health.failOpen
    slowStart = ConfigurationText.spelling(milliseconds: health.slowStart)
    damping = ConfigurationText.spelling(milliseconds: health.damping)
    passive = health.passive.isOn
    passiveWindow = ConfigurationText.spelling(milliseconds: health.passive.window)
    passiveSample = health.passive.sample
    passiveFailures = health.passive.failures
    passiveEjected = health.passive.ejected
    passiveRetry = ConfigurationText.spelling(milliseconds: health.passive.retry)
  }

  /// Reads both kinds of keys from one object.
  public init(from decoder: any Decoder) throws {
    check = try CheckReport(from: decoder)
    let own = try decoder.container(keyedBy: Own.self)
    onDown = try own.decode(String.self, forKey: .onDown)
    failOpen = try own.decode(Int.self, forKey: .failOpen)
    slowStart = try own.decode(String.self, forKey: .slowStart)
    damping = try own.decode(String.self, forKey: .damping)
    passive = try own.decode(Bool.self, forKey: .passive)
    passiveWindow = try own.decode(String.self, forKey: .passiveWindow)
    passiveSample = try own.decode(Int.self, forKey: .passiveSample)
    passiveFailures = try own.decode(Double.self, forKey: .passiveFailures)
    passiveEjected = try own.decode(Double.self, forKey: .passiveEjected)
    passiveRetry = try own.decode(String.self, forKey: .passiveRetry)
  }

  /// Writes both kinds of keys into one object.
  public func encode(to encoder: any Encoder) throws {
    try check.encode(to: encoder)
    var own = encoder.container(keyedBy: Own.self)
    try own.encode(onDown, forKey: .onDown)
    try own.encode(failOpen, forKey: .failOpen)
    try own.encode(slowStart, forKey: .slowStart)
    try own.encode(damping, forKey: .damping)
    try own.encode(passive, forKey: .passive)
    try own.encode(passiveWindow, forKey: .passiveWindow)
    try own.encode(passiveSample, forKey: .passiveSample)
    try own.encode(passiveFailures, forKey: .passiveFailures)
    try own.encode(passiveEjected, forKey: .passiveEjected)
    try own.encode(passiveRetry, forKey: .passiveRetry)
  }
}
