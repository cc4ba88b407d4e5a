/// Reads the bodies of control requests: JSON, with the keys of the file and its complaints.
public enum BodyReader {
  /// A service with its backends; what is left out has its default. `name` is the one that the request's path gives,
  /// and the body may repeat it.
  public static func service(_ json: [UInt8], named name: String?) throws(EditRefusal) -> ServiceSettings {
    var body = try Body(json)
    if let name { body.add(ServiceKeys.name.name, name) }
    let service = try body.service()
    if let name, service.name != name {
      throw .mismatch(ServiceKeys.name.name, path: name, body: service.name)
    }
    return service
  }

  /// The backends of a service: a list, or a mapping whose only key `backends` holds it.
  public static func backends(
    _ json: [UInt8], of service: ServiceSettings
  ) throws(EditRefusal) -> [BackendSettings] {
    let key = ServiceKeys.backends.name
    var body = try Body(json)
    body.wrap(as: key)
    let backends = try body.backends(of: service)
    // A forgotten key must not remove every backend.
    guard body.has(key) else {
      throw EditRefusal(.invalid, "invalid_value", "\(key): found nothing, expected a list of backends", field: key)
    }
    return backends
  }

  /// One backend of a service; what is left out has its default. `reference` is the address or the name that the
  /// request's path gives, and the body may repeat it.
  public static func backend(
    _ json: [UInt8], of service: ServiceSettings, addressed reference: String?
  ) throws(EditRefusal) -> BackendSettings {
    var body = try Body(json)
    body.wrapBackend()
    guard let reference else { return try body.backend(of: service) }
    let meant = try MeantBackend(reference, in: service)
    if let address = meant.address { body.add(address.key, address.description) }
    if let name = meant.name { body.add(BackendKeys.name.name, name) }
    let backend = try body.backend(of: service)
    if let address = meant.address, backend.identity != address {
      throw .mismatch(address.key, path: address.description, body: backend.identity.description)
    }
    if let name = meant.name, backend.name != name {
      throw .mismatch(BackendKeys.name.name, path: name, body: backend.name)
    }
    return backend
  }

  /// Some fields of a backend.
  public static func patch(_ json: [UInt8]) throws(EditRefusal) -> BackendPatch { try Body(json).patch() }
}

extension BackendIdentity {
  /// The key that says it.
  fileprivate var key: String { mac == nil ? BackendKeys.address.name : BackendKeys.mac.name }
}
