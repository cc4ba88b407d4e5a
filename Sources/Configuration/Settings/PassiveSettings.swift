/// When the traffic of a backend counts against it (passive observation).
public struct PassiveSettings: Equatable, Sendable {
  /// Whether traffic is observed at all.
  public var isOn: Bool
  /// Milliseconds that are looked back, whole seconds; what lies before is forgotten.
  public var window: UInt64
  /// New sessions in a window below which nothing is concluded.
  public var sample: Int
  /// Part of them, 0 to 1, that has to fail for a backend to count as down.
  public var failures: Double
  /// Part of a pool, 0 to 1, that may be out by observation: what troubles the clients' side looks the same for every
  /// server.
  public var ejected: Double
  /// Milliseconds after which a backend that nobody checks is tried again, twice as many each time it fails again; 0: it
  /// stays out until somebody says otherwise.
  public var retry: UInt64
}

extension PassiveSettings {
  /// Of a service that says nothing: every default.
  public static let defaults = PassiveSettings(
    isOn: HealthKeys.passive.constant, window: HealthKeys.passiveWindow.constant,
    sample: HealthKeys.passiveSample.constant, failures: HealthKeys.passiveFailures.constant,
    ejected: HealthKeys.passiveEjected.constant, retry: HealthKeys.passiveRetry.constant)
}
