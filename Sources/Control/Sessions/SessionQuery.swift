import Configuration
import Net
import Tables

/// Which sessions a client means, in its own words.
struct SessionQuery: Equatable, Sendable {
  /// A service's name.
  var service: String?
  /// A backend of that service: its name or its address.
  var backend: String?
  /// A client's address, or the first bits of one.
  var client: Prefix?
  /// Whether clients that talk to a backend itself count too.
  var includesDirect = false

  /// An address, or all that share its first bits.
  struct Prefix: Equatable, Sendable {
    var address: IPv4Address
    var length: Int

    /// `10.0.0.1` or `10.0.0.0/8`.
    init?(_ text: String) {
      let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let address = IPv4Address(halves[0]) else { return nil }
      self.address = address
      length = 32
      guard halves.count > 1 else { return }
      guard let given = Int(halves[1]), (0...32).contains(given), halves[1].first?.isNumber == true else { return nil }
      length = given
    }
  }

  /// - Throws: `ControlRefusal` when a parameter cannot be understood.
  init(_ request: ControlRequest) throws(ControlRefusal) {
    service = request.parameter("service")
    backend = request.parameter("backend")
    includesDirect = try request.flag("direct")
    if let text = request.parameter("client") {
      guard let prefix = Prefix(text) else {
        throw ControlRefusal(
          .badRequest, "bad_parameter", "'client' is an IPv4 address, or one with a prefix length", field: "client")
      }
      client = prefix
    }
    if backend != nil, service == nil {
      throw ControlRefusal(.badRequest, "bad_parameter", "a backend is one of a service: name it", field: "service")
    }
  }

  /// Whether anything narrows the sessions down.
  var isEverything: Bool { service == nil && client == nil }

  /// The filters whose sessions together are meant: a name may stand for several places in the tables, since what was
  /// removed keeps its own until its last session ends.
  ///
  /// - Throws: `ControlRefusal` when there is no such service or backend.
  func filters(in state: RunningState) throws(ControlRefusal) -> [SessionFilter] {
    guard let service else { return [filter(nil, nil)] }
    let services = (state.services + state.leavingServices).filter { $0.name == service }
    guard !services.isEmpty else { throw Router.unknownService(service) }
    guard let backend else { return services.map { filter($0.index, nil) } }
    let filters = services.flatMap { service in
      (service.backends + service.leavingBackends)
        .filter { $0.name == backend || $0.identity.description == backend }
        .map { filter(service.index, $0.index) }
    }
    guard !filters.isEmpty else {
      throw ControlRefusal(
        .notFound, "unknown_backend", "the service '\(service)' has no backend '\(backend)'", field: "backend")
    }
    return filters
  }

  private func filter(_ service: ServiceIndex?, _ backend: BackendIndex?) -> SessionFilter {
    SessionFilter(
      service: service, backend: backend, client: client?.address, prefixLength: client?.length ?? 32,
      includesDirect: includesDirect)
  }
}
