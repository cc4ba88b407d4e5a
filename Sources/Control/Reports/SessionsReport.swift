/// `GET /v1/sessions`: sessions, worker by worker. A session that comes, goes or moves while they are read may be missing,
/// or be there twice.
public struct SessionsReport: Report {
  /// In no order.
  public var sessions: [SessionReport]
  /// How many they are.
  public var count: Int
  /// Whether there are no more: the limit was not met, and every worker answered.
  public var complete: Bool
  /// Workers that did not answer in time.
  public var silentWorkers: [Int]
}
