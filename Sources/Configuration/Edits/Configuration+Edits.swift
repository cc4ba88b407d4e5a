import Net

extension Configuration {
  /// This configuration with a change.
  ///
  /// The result is held against the same checks as a file and has the same warnings; with no file to count in, they
  /// call services by name.
  /// - Throws: why there is no such result.
  public func applying(_ edit: ConfigurationEdit) throws(EditRefusal) -> CheckedConfiguration {
    var result = self
    let service = try result.apply(edit)
    if let clash = ServiceClashes(between: result.services).all.first {
      throw EditRefusal(clash, between: result.services, changed: service)
    }
    if let (service, own, isVIP) = result.serviceAtOwnAddress {
      throw EditRefusal(result.services[service], at: own, isVIP: isVIP)
    }
    if let contradiction = result.contradictions.first {
      throw EditRefusal(contradiction, in: result)
    }
    return CheckedConfiguration(configuration: result, warnings: result.warnings)
  }

  /// What the operator should know of this configuration, with services by name.
  private var warnings: [ConfigurationWarning] {
    let path = ConfigurationPath().key(RootKeys.services.name)
    return remarks { path.key(services[$0].name) }.map { remark in
      ConfigurationWarning(
        file: "running configuration", position: nil, keyPath: remark.path.description, message: remark.message)
    }
  }

  /// Changes one service, or the list of them; all but clashes between services is checked. Returns where the changed
  /// service is, unless it is gone.
  private mutating func apply(_ edit: ConfigurationEdit) throws(EditRefusal) -> Int? {
    switch edit {
    case .addService(let service): return try add(service.checked())
    case .putService(let service): return try put(service.checked())
    case .removeService(let name):
      services.remove(at: try position(ofService: name))
      return nil
    case .replaceBackends(let name, let backends):
      return try change(name) { service throws(EditRefusal) in
        service.backends = backends
        service = try service.checked()
      }
    case .addBackend(let name, let backend):
      return try change(name) { service throws(EditRefusal) in try service.add(backend) }
    case .putBackend(let name, let backend):
      return try change(name) { service throws(EditRefusal) in try service.put(backend) }
    case .changeBackend(let name, let reference, let patch):
      return try change(name) { service throws(EditRefusal) in try service.change(reference, patch) }
    case .removeBackend(let name, let reference):
      return try change(name) { service throws(EditRefusal) in
        service.backends.remove(at: try service.position(ofBackend: reference))
      }
    }
  }

  private mutating func change(
    _ name: String, _ body: (inout ServiceSettings) throws(EditRefusal) -> Void
  ) throws(EditRefusal) -> Int {
    let position = try position(ofService: name)
    try body(&services[position])
    return position
  }

  private mutating func add(_ service: ServiceSettings) throws(EditRefusal) -> Int {
    if let owner = services.first(where: { $0.name == service.name }) {
      throw EditRefusal(
        .conflict, "service_exists", "the name \(quoted(service.name)) is that of the service \(owner.identity)",
        field: ServiceKeys.name.name)
    }
    guard services.count < ServiceIndex.limit else {
      throw EditRefusal(
        .conflict, "too_many_services", "there are \(services.count) services already, and no more are possible")
    }
    services.append(service)
    return services.count - 1
  }

  private mutating func put(_ service: ServiceSettings) throws(EditRefusal) -> Int {
    guard let position = services.firstIndex(where: { $0.name == service.name }) else { return try add(service) }
    services[position] = service
    return position
  }
}
