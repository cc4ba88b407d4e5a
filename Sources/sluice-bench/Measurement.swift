/// One figure of the benchmark. Cycles are those of the time-stamp counter, per packet.
struct Measurement: Codable {
  var scenario: String
  var flows: Int
  /// The best round.
  var minimum: Double
  var median: Double
  /// Receiving and sending alone, best round, in the same minute.
  var io: Double
  /// Sessions made while measuring, over all rounds.
  var created: Int
  /// Sessions in the table at the end.
  var active: Int
}

/// What is sent.
enum Scenario: String, CaseIterable {
  /// Requests of known sessions.
  case forward
  /// Replies of known sessions.
  case reply
  /// Requests, each the first of its session.
  case new
  /// Frames that no service claims.
  case pass
}
