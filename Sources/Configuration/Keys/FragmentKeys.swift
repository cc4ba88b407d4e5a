/// The keys of `fragments`.
enum FragmentKeys {
  /// Datagrams in fragments that each worker follows at a time.
  static let datagrams = Key<Int>.defaulted("datagrams", .integer(16...1_048_576, "a number of datagrams"), to: "1024")
  /// Fragments that wait, in each worker, for the first of their datagram.
  static let held = Key<Int>.defaulted("held", .integer(16...32768, "a number of fragments"), to: "256")
  /// How many of either one client may have.
  static let perClient = Key<Int>.defaulted("per_client", .integer(1...32768, "a number of fragments"), to: "64")
  /// From the first that comes of a datagram until the rest of it is dropped.
  static let timeout = Key<UInt64>.defaulted("timeout", .timeout, to: "2s")

  /// All of them.
  static let section = Section(
    "fragments", [datagrams.description, held.description, perClient.description, timeout.description])
}
