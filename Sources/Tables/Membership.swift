import Net

/// One backend of one service, as found by the backend's own endpoint.
@frozen
public struct Membership: Equatable, Sendable {
  public let service: ServiceIndex
  public let backend: BackendIndex
  /// Whether the endpoint serves no further service after this one in the list.
  public let isLast: Bool

  public init(service: ServiceIndex, backend: BackendIndex, isLast: Bool) {
    self.service = service
    self.backend = backend
    self.isLast = isLast
  }
}
