extension Configuration {
  /// Where in `services` the service of a name is.
  /// - Throws: `unknown_service`.
  public func position(ofService name: String) throws(EditRefusal) -> Int {
    guard let position = services.firstIndex(where: { $0.name == name }) else { throw .unknownService(name) }
    return position
  }
}

extension ServiceSettings {
  /// Where in `backends` the backend is that a name or an `address:port` means.
  /// - Throws: `unknown_backend`; `ambiguous_backend` when the text is one's name and another's address.
  public func position(ofBackend reference: String) throws(EditRefusal) -> Int {
    guard let position = try knownPosition(ofBackend: reference) else {
      throw .unknownBackend(reference, of: name)
    }
    return position
  }

  /// The same; nil: there is no such backend.
  func knownPosition(ofBackend reference: String) throws(EditRefusal) -> Int? {
    let named = backends.firstIndex { $0.name == reference }
    let identity = BackendIdentity.parse(reference)
    let addressed = identity.flatMap { identity in backends.firstIndex { $0.identity == identity } }
    if let named, let addressed, named != addressed {
      throw EditRefusal(
        .conflict, "ambiguous_backend",
        "\(quoted(reference)) is the name of \(backends[named].identity) and the address of"
          + " \(quoted(backends[addressed].name)): use the other name or address",
        field: "backend")
    }
    return addressed ?? named
  }
}
