/// What a request's path says of a backend that may not be there yet.
struct MeantBackend {
  /// Nil: the body has to say it.
  let address: BackendIdentity?
  /// Nil: the path does not give one.
  let name: String?

  /// What `reference` means: a backend of the service, or else an address, or else the name of a new one.
  init(_ reference: String, in service: ServiceSettings) throws(EditRefusal) {
    let parsed = BackendIdentity.parse(reference)
    if let position = try service.knownPosition(ofBackend: reference) {
      let known = service.backends[position]
      address = known.identity
      name = known.identity == parsed ? nil : reference
    } else {
      address = parsed
      name = parsed == nil ? reference : nil
    }
  }
}
