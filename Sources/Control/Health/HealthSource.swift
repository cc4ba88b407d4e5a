/// Who found the state of a backend.
public enum HealthSource: Hashable, Sendable, CustomStringConvertible {
  /// Nobody yet.
  case nobody
  /// A check of ours.
  case check
  /// What workers saw in its traffic.
  case passive
  /// Whoever resolves its address.
  case resolution
  /// An order without a time to live.
  case order(String)
  /// A monitor's report, for a time.
  case report(String)

  /// For logs and reports.
  public var description: String {
    switch self {
    case .nobody: "nobody"
    case .check: "check"
    case .passive: "passive"
    case .resolution: "resolution"
    case .order(let name), .report(let name): name
    }
  }
}
