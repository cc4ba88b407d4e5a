/// The keys of `sessions`.
enum SessionKeys {
  /// Sessions of each worker.
  static let capacity = Key<Int>.defaulted(
    "capacity", .integer(1024...268_435_456, "a number of sessions"), to: "1048576")
  /// Idle times after which a session ends.
  static let timeouts = SectionKey("timeouts", .section)

  /// All of them.
  static let section = Section("sessions", [capacity.description, timeouts.description])
}
