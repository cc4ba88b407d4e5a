import Configuration
import Foundation
import NIOHTTP1

/// What changes the running configuration, and what a change would do.
extension Router {
  /// What every change knows.
  private static let terms: Set<String> = ["kill", "save"]

  static let changeRoutes = [
    Route(.POST, "/v1/services", terms) { router, request, _ in
      try router.edit(request) { _ throws(EditRefusal) in
        .addService(try BodyReader.service(serviceBody(request.body), named: nil))
      }
    },
    Route(.PUT, "/v1/services/{name}", terms) { router, request, variables in
      try router.edit(request) { _ throws(EditRefusal) in
        .putService(try BodyReader.service(serviceBody(request.body), named: variables[0]))
      }
    },
    Route(.DELETE, "/v1/services/{name}", terms) { router, request, variables in
      try router.edit(request, takesBody: false) { _ throws(EditRefusal) in .removeService(variables[0]) }
    },
    Route(.POST, "/v1/services/{name}/backends", terms) { router, request, variables in
      try router.edit(request) { running throws(EditRefusal) in
        let service = try running.service(named: variables[0])
        return .addBackend(
          service: service.name, try BodyReader.backend(request.body, of: service, addressed: nil))
      }
    },
    Route(.PUT, "/v1/services/{name}/backends", terms) { router, request, variables in
      try router.edit(request) { running throws(EditRefusal) in
        let service = try running.service(named: variables[0])
        return .replaceBackends(service: service.name, try BodyReader.backends(request.body, of: service))
      }
    },
    Route(.PUT, "/v1/services/{name}/backends/{backend}", terms) { router, request, variables in
      try router.edit(request) { running throws(EditRefusal) in
        let service = try running.service(named: variables[0])
        return .putBackend(
          service: service.name, try BodyReader.backend(request.body, of: service, addressed: variables[1]))
      }
    },
    Route(.PATCH, "/v1/services/{name}/backends/{backend}", terms) { router, request, variables in
      try router.edit(request) { _ throws(EditRefusal) in
        .changeBackend(service: variables[0], backend: variables[1], try BodyReader.patch(request.body))
      }
    },
    Route(.DELETE, "/v1/services/{name}/backends/{backend}", terms) { router, request, variables in
      try router.edit(request, takesBody: false) { _ throws(EditRefusal) in
        .removeBackend(service: variables[0], backend: variables[1])
      }
    },
    Route(.POST, "/v1/plan", ["kill", "name"]) { router, request, _ in
      guard let source = try source(of: request) else {
        throw ControlRefusal(.badRequest, "no_body", "the body is the configuration to compare with", field: "body")
      }
      return try router.order(.plan(source), request)
    },
    Route(.POST, "/v1/reload", terms.union(["force", "name"])) { router, request, _ in
      try router.order(.reload(source(of: request) ?? .startFile), request)
    },
    Route(.POST, "/v1/rollback", terms) { router, request, _ in try router.order(.rollback, request) },
    Route(.PUT, "/v1/log-level") { router, request, _ in
      try wantJSON(request)
      let controls = try router.controls
      controls.setLogLevel(try LogLevelBody(request.body).level)
      return .now(try ControlResponse(LogLevelReport(controls.logLevel.level)))
    },
  ]

  /// Has an edit made.
  private func edit(
    _ request: ControlRequest, takesBody: Bool = true,
    _ edit: @escaping @Sendable (Configuration) throws(EditRefusal) -> ConfigurationEdit
  ) throws(ControlRefusal) -> Answer {
    if takesBody { try Self.wantJSON(request) }
    return try order(.edit(edit), request)
  }

  /// Has an order carried out by the desk.
  private func order(_ order: ChangeOrder, _ request: ControlRequest) throws(ControlRefusal) -> Answer {
    let terms = ChangeTerms(
      generation: request.generation, kills: try request.flag("kill"), isForced: try request.flag("force"),
      saves: try request.flag("save"))
    let desk = try controls.changes
    return .later { done in
      desk.submit(order, terms) { outcome in
        do {
          let report = try outcome.get()
          var response = try ControlResponse(report)
          response.generation = report.generation
          done(response)
        } catch {
          done(Self.refusal(error))
        }
      }
    }
  }

  /// A service's body: its keys, or what `GET /v1/services/{name}` answered, whose `settings` they are.
  private static func serviceBody(_ body: [UInt8]) -> [UInt8] {
    guard let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
      let settings = object["settings"] as? [String: Any],
      let data = try? JSONSerialization.data(withJSONObject: settings)
    else { return body }
    return [UInt8](data)
  }

  static func wantJSON(_ request: ControlRequest) throws(ControlRefusal) {
    guard let type = request.contentType, type != "application/json" else { return }
    throw ControlRefusal(
      .unsupportedMediaType, "not_json", "the body must be application/json (curl --json), not \(type)",
      field: "Content-Type")
  }

  /// The configuration that a body gives: YAML, or as JSON the path of a file. nil: there is no body. What is empty and
  /// says that it is YAML is an empty file, and refused as such.
  private static func source(of request: ControlRequest) throws(ControlRefusal) -> ConfigurationSource? {
    switch request.contentType {
    case nil where request.body.isEmpty, "application/json"? where request.body.isEmpty: return nil
    case "application/json"?:
      let path = try SmallBody.fields(of: request.body, known: ["file"])["file"] ?? ""
      guard path.hasPrefix("/") else {
        throw ControlRefusal(.unprocessableEntity, "invalid", "'file' must be a path from the root", field: "file")
      }
      return .file(path)
    case nil, "application/yaml"?, "application/x-yaml"?, "text/yaml"?, "text/x-yaml"?, "text/plain"?,
      "application/octet-stream"?:
      return .text(request.body, name: request.parameter("name") ?? "the request")
    case let type?:
      throw ControlRefusal(
        .unsupportedMediaType, "not_yaml",
        "the body must be application/yaml, or application/json with the path of a file, not \(type)",
        field: "Content-Type")
    }
  }

  /// The running configuration as text.
  static func configuration(_ state: RunningState, format: String?) throws(ControlRefusal) -> ControlResponse {
    var response: ControlResponse
    switch format {
    case nil, "yaml"?:
      response = ControlResponse(
        contentType: ControlResponse.yaml, body: Data(ConfigurationText.yaml(state.configuration).utf8))
    case "json"?:
      response = ControlResponse(
        contentType: ControlResponse.json, body: Data(ConfigurationText.json(state.configuration).utf8))
    case let other?:
      throw ControlRefusal(.badRequest, "bad_parameter", "'format' is yaml or json, not '\(other)'", field: "format")
    }
    response.generation = state.generation
    return response
  }
}

extension Configuration {
  /// - Throws: `EditRefusal` when no service has the name.
  fileprivate func service(named name: String) throws(EditRefusal) -> ServiceSettings {
    guard let service = services.first(where: { $0.name == name }) else {
      throw EditRefusal(.notFound, "unknown_service", "no service is named '\(name)'", field: "service")
    }
    return service
  }
}
