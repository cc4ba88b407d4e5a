import Configuration

/// Edits as somebody with an editor would make them: without any check but whether there is something to edit.
enum EditModel {
  /// Nil: there is no such service or backend, or it is not clear which is meant.
  static func apply(_ edit: ConfigurationEdit, to configuration: Configuration) -> Configuration? {
    var result = configuration
    switch edit {
    case .addService(let service): result.services.append(service)
    case .putService(let service):
      if let position = result.services.firstIndex(where: { $0.name == service.name }) {
        result.services[position] = service
      } else {
        result.services.append(service)
      }
    case .removeService(let name):
      guard result.services.contains(where: { $0.name == name }) else { return nil }
      result.services.removeAll { $0.name == name }
    case .replaceBackends(let name, _), .addBackend(let name, _), .putBackend(let name, _),
      .changeBackend(let name, _, _), .removeBackend(let name, _):
      guard let position = result.services.firstIndex(where: { $0.name == name }),
        let backends = backends(of: result.services[position].backends, after: edit)
      else { return nil }
      result.services[position].backends = backends
    }
    return result
  }

  private static func backends(of former: [BackendSettings], after edit: ConfigurationEdit) -> [BackendSettings]? {
    switch edit {
    case .replaceBackends(_, let backends): return backends
    case .addBackend(_, let backend): return former + [backend]
    case .putBackend(_, let backend):
      guard former.contains(where: { $0.identity == backend.identity }) else { return former + [backend] }
      return former.map { $0.identity == backend.identity ? backend : $0 }
    case .changeBackend(_, let reference, let patch):
      let meant = former.filter { $0.name == reference || $0.identity.description == reference }
      guard meant.count == 1 else { return nil }
      return former.map { backend in
        guard backend == meant[0] else { return backend }
        var backend = backend
        if let weight = patch.weight { backend.weight = weight }
        if let name = patch.name { backend.name = name }
        if let drain = patch.drain { backend.isDraining = drain }
        if let backup = patch.backup { backend.isBackup = backup }
        return backend
      }
    case .removeBackend(_, let reference):
      let meant = former.filter { $0.name == reference || $0.identity.description == reference }
      return meant.count == 1 ? former.filter { $0 != meant[0] } : nil
    case .addService, .putService, .removeService: return nil
    }
  }
}
