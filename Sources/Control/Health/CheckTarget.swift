import Configuration
import Net

/// Where a check goes.
struct CheckTarget: Equatable, Sendable {
  var address: IPv4Address
  /// 0: the check has no port.
  var port: UInt16
  /// By which way, if not by that of the host's own routes.
  var path: ProbePath?

  /// A place of one's own choice.
  init(address: IPv4Address, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Where the check of a service's backend goes: with a path, to the VIP at that server.
  init(_ check: CheckSettings, _ backend: BackendSettings, _ service: ServiceSettings, by path: ProbePath?) {
    self.path = path
    address = path == nil ? check.address ?? backend.address : service.vip
    port = check.port ?? (backend.port == 0 ? service.port : backend.port)
  }
}
