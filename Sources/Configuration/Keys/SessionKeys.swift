/// The keys of `sessions`.
enum SessionKeys {
  /// Sessions of each worker.
  static let capacity = Key<Int>.defaulted(
    "capacity", .integer(1024...268_435_456, "a number of sessions"), to: "1048576")
  /// New flows a second and worker above which they are not stored; 0: all are. The default is about what fills an
  /// empty table of the default capacity with half-open connections within their timeout.
  static let floodRate = Key<Int>.defaulted(
    "flood_rate", .integer(0...100_000_000, "a number of new flows a second"), to: "100000")
  /// Idle times after which a session ends.
  static let timeouts = SectionKey("timeouts", .section)

  /// All of them.
  static let section = Section("sessions", [capacity.description, floodRate.description, timeouts.description])
}
