import Net
import Tables

extension ServiceLayout {
  /// The service with its backends in other states; indices and slots stay.
  ///
  /// - Parameter states: of the backends, in their order.
  public func with(_ states: [BackendState], isRemoved: Bool = false, keys: TableSet.Keys) -> ServiceLayout {
    let backends = zip(backends, states).map { backend, state in
      PlacedBackend(backend.definition, index: backend.index, slot: backend.slot, state: state)
    }
    return ServiceLayout(
      definition, at: index, backends: backends, isRemoved: isRemoved, selection: keys.selection, previous: self)
  }
}
