import Configuration
import Net

extension BackendSettings {
  /// Another backend with the same settings.
  func moved(to address: IPv4Address, port: UInt16) -> BackendSettings {
    var other = self
    other.address = address
    other.port = port
    other.name = other.identity.description
    return other
  }
}
