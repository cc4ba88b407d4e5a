import Configuration
import Net

/// Where a check goes.
struct CheckTarget: Equatable, Sendable {
  var address: IPv4Address
  /// 0: the check has no port.
  var port: UInt16

  /// A place of one's own choice.
  init(address: IPv4Address, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Where the check of a service's backend goes.
  init(_ check: CheckSettings, _ backend: BackendSettings, _ service: ServiceSettings) {
    address = check.address ?? backend.address
    port = check.port ?? (backend.port == 0 ? service.port : backend.port)
  }
}
