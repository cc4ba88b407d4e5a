import Configuration
import Net
import Tables

/// Where a backend is in the tables. A value for any thread.
public struct BackendPlacement: Equatable, Sendable {
  /// What it is, whatever it is called.
  public let identity: BackendIdentity
  /// Where frames are sent, of a `dsr` service's backend; nil: its address is not resolved.
  public let mac: MACAddress?
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
    identity = BackendIdentity(backend.definition)
    mac = backend.definition.mac
    self.name = name
    index = backend.index
    slot = backend.slot
    state = backend.state
    maglevSlots = backend.state == .active ? layout.maglevSlots(of: backend.index) : 0
  }
}
