import Net

extension ServiceSettings {
  /// The same service, after everything that a file's reader checks of one.
  /// - Throws: what the reader would complain about.
  func checked() throws(EditRefusal) -> ServiceSettings { try Body(ConfigurationTree.service(self)).service() }

  /// Adds a backend; its address and its name must be new.
  mutating func add(_ backend: BackendSettings) throws(EditRefusal) {
    let backend = try checked(backend)
    if let known = backends.first(where: { $0.identity == backend.identity }) {
      throw EditRefusal(
        .conflict, "backend_exists", "\(backend.identity) is the backend \(quoted(known.name)) already",
        field: BackendKeys.address.name)
    }
    if let host = backend.host, let known = backends.first(where: { $0.host == host }) {
      throw EditRefusal(
        .conflict, "backend_exists", "\(host) is the backend \(quoted(known.name)) already",
        field: BackendKeys.address.name)
    }
    guard backends.count < BackendIndex.limit else {
      throw EditRefusal(
        .conflict, "too_many_backends",
        "the service \(quoted(name)) has \(backends.count) backends already, and no more are possible")
    }
    try refuseTakenName(backend)
    backends.append(backend)
  }

  /// Adds a backend, or replaces the one at its address.
  mutating func put(_ backend: BackendSettings) throws(EditRefusal) {
    guard let position = backends.firstIndex(where: { $0.identity == backend.identity }) else {
      return try add(backend)
    }
    try replace(position, with: backend)
  }

  /// Changes some fields of a backend.
  mutating func change(_ reference: String, _ patch: BackendPatch) throws(EditRefusal) {
    let position = try position(ofBackend: reference)
    var backend = backends[position]
    backend.weight = patch.weight ?? backend.weight
    backend.name = patch.name ?? backend.name
    backend.isDraining = patch.drain ?? backend.isDraining
    backend.isBackup = patch.backup ?? backend.isBackup
    try replace(position, with: backend)
  }

  private mutating func replace(_ position: Int, with backend: BackendSettings) throws(EditRefusal) {
    let backend = try checked(backend)
    try refuseTakenName(backend)
    if let host = backend.host, let known = backends.firstIndex(where: { $0.host == host }), known != position {
      throw EditRefusal(
        .conflict, "backend_exists", "\(host) is the backend \(quoted(backends[known].name)) already",
        field: BackendKeys.address.name)
    }
    backends[position] = backend
  }

  /// The same backend, after everything that a file's reader checks of one in this service.
  private func checked(_ backend: BackendSettings) throws(EditRefusal) -> BackendSettings {
    try Body(ConfigurationTree.backend(backend)).backend(of: self)
  }

  private func refuseTakenName(_ backend: BackendSettings) throws(EditRefusal) {
    guard let owner = backends.first(where: { $0.name == backend.name && $0.identity != backend.identity }) else {
      return
    }
    throw EditRefusal(
      .conflict, "name_taken", "the name \(quoted(backend.name)) is that of the backend \(owner.identity)",
      field: BackendKeys.name.name)
  }
}
