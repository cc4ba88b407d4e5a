/// A change to a configuration: it applies as a whole, or not at all.
///
/// Services are meant by name. Backends are meant by name or by `address:port`; a text that is the name of one backend
/// and the address of another is refused.
public enum ConfigurationEdit: Equatable, Sendable {
  /// Refused when the name is taken, or when another service claims the same.
  case addService(ServiceSettings)
  /// Adds a service, or replaces the one of its name as a whole.
  case putService(ServiceSettings)
  /// With all its backends.
  case removeService(String)
  /// In place of all the service's backends; those that stay keep their sessions.
  case replaceBackends(service: String, [BackendSettings])
  /// Refused when the service has a backend at that address, or of that name.
  case addBackend(service: String, BackendSettings)
  /// Adds a backend, or replaces the one at its address as a whole.
  case putBackend(service: String, BackendSettings)
  /// Changes some fields of a backend.
  case changeBackend(service: String, backend: String, BackendPatch)
  /// Its sessions stay where they are until they end.
  case removeBackend(service: String, backend: String)
}
