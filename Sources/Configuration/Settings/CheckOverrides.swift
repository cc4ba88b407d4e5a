import Net

/// What the check of one backend has of its own; fields that are nil are the service's.
public struct CheckOverrides: Equatable, Sendable {
  public var kind: CheckSettings.Kind?
  public var address: IPv4Address?
  public var port: UInt16?
  /// Milliseconds.
  public var interval: UInt64?
  /// Milliseconds.
  public var fastInterval: UInt64?
  /// Milliseconds.
  public var timeout: UInt64?
  public var rise: Int?
  public var fall: Int?
  public var jitter: Double?
  public var method: CheckSettings.Method?
  public var path: String?
  public var host: String?
  public var status: StatusRange?
  public var body: String?
  public var send: String?
  public var expect: String?
  public var query: String?
}

extension CheckOverrides {
  /// A backend whose check is the service's.
  public static var nothing: CheckOverrides { CheckOverrides() }
}
