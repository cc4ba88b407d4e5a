/// `GET /v1/sessions?count=true` and `DELETE /v1/sessions`: how many sessions there are, or were.
public struct SessionCountReport: Report {
  /// How many.
  public var count: Int
  /// Whether they were removed.
  public var flushed: Bool
  /// Workers that did not answer in time, whose sessions are not among them.
  public var silentWorkers: [Int]
}
