import Configuration

extension ChangeDesk {
  /// The backends whose sessions a change ends: with `kill`, those that go and the one that an edit is about.
  static func kills(
    of order: ChangeOrder, _ terms: ChangeTerms, from running: RunningState, to target: Configuration
  ) throws(ControlRefusal) -> Set<ServedBackend> {
    guard terms.kills else { return [] }
    var kills = removed(from: running.configuration, to: target)
    if case .edit(let edit) = order {
      do throws(EditRefusal) {
        kills.formUnion(try meant(by: edit(running.configuration), in: target))
      } catch {
        throw ControlRefusal(error)
      }
    }
    return kills
  }

  /// Those that a configuration has and another has not.
  private static func removed(from old: Configuration, to new: Configuration) -> Set<ServedBackend> {
    Set(old.servedBackends).subtracting(new.servedBackends)
  }

  /// The backend that an edit changes, if it is one that stays.
  private static func meant(
    by edit: ConfigurationEdit, in target: Configuration
  ) throws(EditRefusal) -> [ServedBackend] {
    func served(_ name: String, _ backend: (ServiceSettings) throws(EditRefusal) -> BackendSettings) throws(EditRefusal)
      -> [ServedBackend]
    {
      let service = target.services[try target.position(ofService: name)]
      return [ServedBackend(service: service.identity, backend: try backend(service).identity)]
    }
    switch edit {
    case .putBackend(let name, let backend): return try served(name) { _ in backend }
    case .changeBackend(let name, let reference, let patch):
      return try served(name) { service throws(EditRefusal) in
        service.backends[try service.position(ofBackend: patch.name ?? reference)]
      }
    case .addService, .putService, .removeService, .replaceBackends, .addBackend, .removeBackend: return []
    }
  }
}

extension Configuration {
  /// Every backend of every service.
  fileprivate var servedBackends: [ServedBackend] {
    services.flatMap { service in
      service.backends.map { ServedBackend(service: service.identity, backend: $0.identity) }
    }
  }
}
