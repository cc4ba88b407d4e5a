import NIOHTTP1

/// Finds what a request asks for. One answers on the Unix socket, one with less on TCP.
struct Router: Sendable {
  /// Which paths there are.
  enum Surface: Sendable {
    /// Everything, for whoever may open the socket.
    case control(Controls)
    /// Metrics only, for the network.
    case metrics
  }

  let instance: Instance
  let surface: Surface

  /// Every path and method of the control socket; docs/openapi.yaml describes each.
  static let controlRoutes =
    [metricsRoute] + reportRoutes + changeRoutes + portRoutes + arpRoutes + doctorRoutes + sessionRoutes + healthRoutes

  private var routes: [Route] {
    switch surface {
    case .control: Self.controlRoutes
    case .metrics: [Self.metricsRoute]
    }
  }

  /// The answer, whatever the request.
  func answer(_ head: HTTPRequestHead, body: [UInt8]) -> Answer {
    do {
      // Before the figures are read: a client that changes something on their strength must not skip a change.
      let generation = tagged ? instance.publisher.state.generation : nil
      return try answer(ControlRequest(head, body: body)).tagged(generation)
    } catch {
      return .now(Self.refusal(error))
    }
  }

  /// Logs a request to the control socket, for whoever debugs a client.
  func note(_ head: HTTPRequestHead, _ status: HTTPResponseStatus) {
    guard case .control(let controls) = surface else { return }
    // Whatever came in: a terminal must not be steered by it.
    func target() -> String { head.uri.unicodeScalars.map { $0.isASCII && $0.value > 32 ? "\($0)" : "?" }.joined() }
    controls.log.debug("\(head.method.rawValue) \(target()): \(status.code)")
  }

  /// What a request that was not done is answered with.
  static func refusal(_ error: any Error) -> ControlResponse {
    if let refusal = error as? ControlRefusal { return ControlResponse(refusal) }
    return ControlResponse(ControlRefusal(.internalServerError, "internal", "the answer cannot be made: \(error)"))
  }

  private var tagged: Bool {
    switch surface {
    case .control: true
    case .metrics: false
    }
  }

  private func answer(_ request: ControlRequest) throws -> Answer {
    var allowed: [String] = []
    for route in routes {
      guard let variables = route.variables(of: request.path) else { continue }
      guard route.takes(request.method) else {
        allowed += route.method == .GET ? ["GET", "HEAD"] : [route.method.rawValue]
        continue
      }
      try Self.check(request, against: route.parameters)
      return try route.handler(self, request, variables)
    }
    guard !allowed.isEmpty else {
      throw ControlRefusal(
        .notFound, "not_found", "there is no /\(request.path.joined(separator: "/")) here: see docs/api.md")
    }
    throw ControlRefusal(
      .methodNotAllowed, "method_not_allowed", "\(request.method.rawValue) is not for this path", field: "method",
      allowed: allowed.joined(separator: ", "))
  }

  /// Refuses parameters that the path does not know, or that come twice.
  private static func check(_ request: ControlRequest, against known: Set<String>) throws(ControlRefusal) {
    var seen: Set<String> = []
    for (name, _) in request.parameters {
      guard known.contains(name), seen.insert(name).inserted else {
        let reason = "this path takes no \(known.contains(name) ? "second " : "")parameter '\(name)'"
        throw ControlRefusal(.badRequest, "unknown_parameter", reason, field: name)
      }
    }
  }

  /// What can be set in motion; not asked for on the network's surface, which has no such path.
  var controls: Controls {
    get throws(ControlRefusal) {
      guard case .control(let controls) = surface else {
        throw ControlRefusal(.notFound, "not_found", "this endpoint changes nothing")
      }
      return controls
    }
  }

  static func unknownService(_ name: String) -> ControlRefusal {
    ControlRefusal(.notFound, "unknown_service", "no service is named '\(name)'", field: "service")
  }
}

extension Answer {
  /// With the generation that the client may base a change on, unless the answer tells of one itself.
  fileprivate func tagged(_ generation: UInt64?) -> Answer {
    guard let generation else { return self }
    switch self {
    case .now(var response):
      response.generation = response.generation ?? generation
      return .now(response)
    case .later(let work):
      return .later { done in
        work { response in
          var response = response
          response.generation = response.generation ?? generation
          done(response)
        }
      }
    }
  }
}
