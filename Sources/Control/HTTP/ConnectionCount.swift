import Synchronization

/// The connections that are open, of all endpoints of one server.
final class ConnectionCount: Sendable {
  private let open = Atomic<Int>(0)

  /// One more; how many there are with it.
  func add() -> Int { open.wrappingAdd(1, ordering: .relaxed).newValue }

  /// One less.
  func remove() { open.wrappingSubtract(1, ordering: .relaxed) }
}
