import Net

/// A backend with its places: those by which sessions and counters know it, whatever else changes.
public struct PlacedBackend: Equatable, Sendable {
  public var definition: BackendDefinition
  /// Within its service.
  public var index: BackendIndex
  /// Of its counters.
  public var slot: BackendSlot
  public var state: BackendState

  public init(_ definition: BackendDefinition, index: BackendIndex, slot: BackendSlot, state: BackendState) {
    self.definition = definition
    self.index = index
    self.slot = slot
    self.state = state
  }

  /// A backend that its service has; with weight 0 it takes no new sessions.
  public init(_ definition: BackendDefinition, index: BackendIndex, slot: BackendSlot) {
    self.init(definition, index: index, slot: slot, state: definition.weight > 0 ? .active : .draining)
  }
}
