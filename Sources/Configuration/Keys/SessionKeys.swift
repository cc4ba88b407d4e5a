/// The keys of `sessions`.
enum SessionKeys {
  static let capacity = Key<Int>.defaulted(
    "capacity", .integer(1024...268_435_456, "a number of sessions"), to: "1048576")
  static let timeouts = SectionKey("timeouts", .section)

  static let section = Section("sessions", [capacity.description, timeouts.description])
}
