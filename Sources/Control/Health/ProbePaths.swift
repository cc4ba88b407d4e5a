import Configuration
import Net

/// The ways of checks to the servers of a running configuration.
struct ProbePaths {
  private let state: RunningState
  private let routes: CheckRoutes

  init(_ state: RunningState) {
    self.state = state
    routes = CheckRoutes(state.configuration)
  }

  /// The way of a check that goes to the VIP; nil: it goes to an address of the server's, as the host's kernel would.
  ///
  /// - Parameters:
  ///   - service: its position in the configuration.
  ///   - backend: its position in the service.
  func path(_ check: CheckSettings, service: Int, backend: Int) -> ProbePath? {
    guard let twin = routes.twin, routes.goesToVIP(check, of: service) else { return nil }
    // Of the layout's backends the configured ones come first, in the configuration's order.
    let index = state.services[service].layout.backends[backend].index
    return ProbePath(interface: twin.name, source: twin.address.address, port: ProbePorts.port(of: index))
  }
}
