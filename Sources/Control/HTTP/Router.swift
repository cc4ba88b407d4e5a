import NIOHTTP1

/// Finds what a request asks for. One answers on the Unix socket, one with less on TCP.
struct Router: Sendable {
  /// Which paths there are.
  enum Surface: Sendable {
    /// Everything, for whoever may open the socket.
    case control
    /// Metrics only, for the network.
    case metrics
  }

  let instance: Instance
  let surface: Surface

  /// The answer, whatever the request.
  func respond(to request: ControlRequest) -> ControlResponse {
    do {
      return try answer(request)
    } catch let refusal as ControlRefusal {
      return ControlResponse(refusal)
    } catch {
      return ControlResponse(ControlRefusal(.internalServerError, "internal", "the report cannot be encoded: \(error)"))
    }
  }

  private func answer(_ request: ControlRequest) throws -> ControlResponse {
    guard let report = try find(request.path) else {
      throw ControlRefusal(
        .notFound, "not_found", "there is no /\(request.path.joined(separator: "/")) here: see docs/api.md")
    }
    guard request.method == .GET || request.method == .HEAD else {
      throw ControlRefusal(
        .methodNotAllowed, "method_not_allowed", "\(request.method.rawValue) is not for this path", field: "method",
        allowed: "GET, HEAD")
    }
    return try report(request)
  }

  /// What makes the report of a path; nil when there is no such path.
  private func find(_ path: [String]) throws -> ((ControlRequest) throws -> ControlResponse)? {
    if path == ["metrics"] { return { try metrics($0) } }
    guard surface == .control, path.first == "v1" else { return nil }
    switch path.dropFirst() {
    case ["status"]: return { try plain($0, StatusReport.init) }
    case ["services"]: return { try plain($0, ServicesReport.init) }
    case ["backends"]: return { try backends($0) }
    case ["workers"]: return { try plain($0, WorkersReport.init) }
    case ["ports"]: return { try plain($0, PortsReport.init) }
    case ["drops"]: return { try plain($0, DropsReport.init) }
    case let rest where rest.count == 2 && rest.first == "services": return { try service($0, named: path[2]) }
    default: return nil
    }
  }

  private func plain(_ request: ControlRequest, _ report: (Reading) -> some Report) throws -> ControlResponse {
    try takes([], request)
    return try ControlResponse(report(Reading(of: instance)))
  }

  private func service(_ request: ControlRequest, named name: String) throws -> ControlResponse {
    try takes([], request)
    guard let report = ServiceDetailReport(name, Reading(of: instance)) else { throw Self.unknownService(name) }
    return try ControlResponse(report)
  }

  private func backends(_ request: ControlRequest) throws -> ControlResponse {
    try takes(["service"], request)
    let reading = Reading(of: instance)
    guard let name = request.parameters.first?.value else { return try ControlResponse(BackendsReport(reading)) }
    guard let report = BackendsReport(service: name, reading) else { throw Self.unknownService(name) }
    return try ControlResponse(report)
  }

  private func metrics(_ request: ControlRequest) throws -> ControlResponse {
    try takes([], request)
    return ControlResponse(contentType: MetricsPage.contentType, body: MetricsPage.data(Reading(of: instance)))
  }

  /// Refuses parameters that the path does not know, or that come twice.
  private func takes(_ known: Set<String>, _ request: ControlRequest) throws(ControlRefusal) {
    var seen: Set<String> = []
    for (name, _) in request.parameters {
      guard known.contains(name), seen.insert(name).inserted else {
        let reason = "this path takes no \(known.contains(name) ? "second " : "")parameter '\(name)'"
        throw ControlRefusal(.badRequest, "unknown_parameter", reason, field: name)
      }
    }
  }

  private static func unknownService(_ name: String) -> ControlRefusal {
    ControlRefusal(.notFound, "unknown_service", "no service is named '\(name)'", field: "service")
  }
}
