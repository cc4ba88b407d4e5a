import Configuration

/// One backend of one service, wherever it stands.
public struct ServedBackend: Hashable, Sendable {
  /// The service it serves.
  public var service: ServiceIdentity
  /// Where it is.
  public var backend: BackendIdentity

  /// A backend of a service.
  public init(service: ServiceIdentity, backend: BackendIdentity) {
    self.service = service
    self.backend = backend
  }
}
