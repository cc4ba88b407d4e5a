import Configuration
import Net
import Tables

/// Where a backend is in the tables. A value for any thread.
public struct BackendPlacement: Equatable, Sendable {
  /// What it is, whatever it is called.
  public let identity: BackendIdentity
  /// A label.
  public let name: String
  /// By which its service's sessions know it.
  public let index: BackendIndex
  /// Of its counters.
  public let slot: BackendSlot
  /// What it still does.
  public let state: BackendState
  /// Maglev slots it has.
  public let maglevSlots: Int

  init(_ backend: PlacedBackend, _ name: String, _ layout: ServiceLayout) {
    identity = BackendIdentity(address: backend.definition.address, port: backend.definition.port)
    self.name = name
    index = backend.index
    slot = backend.slot
    state = backend.state
    maglevSlots = backend.state == .active ? layout.maglevSlots(of: backend.index) : 0
  }
}
