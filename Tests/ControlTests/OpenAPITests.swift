@testable import Control
import Foundation
import Testing
import Yams

/// docs/openapi.yaml and the server say the same.
@Suite(.serialized) struct OpenAPITests {
  private let root: [String: Any]

  init() throws { root = try #require(try Yams.load(yaml: ProjectFile.text("docs/openapi.yaml")) as? [String: Any]) }

  private var paths: [String: [String: Any]] { root["paths"] as? [String: [String: Any]] ?? [:] }

  /// Every operation: `GET /v1/status` and what the file says of it.
  private var operations: [String: [String: Any]] {
    paths.reduce(into: [:]) { result, path in
      for (method, operation) in path.value where method != "parameters" {
        result["\(method.uppercased()) \(path.key)"] = operation as? [String: Any]
      }
    }
  }

  @Test func `81: every route is described, and everything described is a route`() {
    let routes = Router.controlRoutes.map { "\($0.method.rawValue) \($0.path)" }
    #expect(Set(routes).count == routes.count)
    #expect(Set(operations.keys) == Set(routes))
  }

  @Test func `every parameter is described, and every one described is known`() throws {
    for route in Router.controlRoutes {
      let operation = try #require(operations["\(route.method.rawValue) \(route.path)"])
      let parameters = (operation["parameters"] as? [Any] ?? []).map { resolved($0) }
      let query = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
      #expect(Set(query) == route.parameters, "\(route.method) \(route.path)")
      let variables = (paths[route.path]?["parameters"] as? [Any] ?? []).map { resolved($0)["name"] as? String }
      let expected = route.segments.compactMap { if case .variable(let name) = $0 { name } else { nil } }
      #expect(variables == expected)
    }
  }

  @Test func `every answer is as described, and every example is taken`() throws {
    for (name, operation) in operations.sorted(by: { $0.key < $1.key }) {
      let server = try TestServer(
        Bench(Bench.text.replacingOccurrences(of: "name: odd", with: "name: third"), room: 64), file: true)
      server.bench.addTraffic()
      if name == "POST /v1/rollback" {
        #expect(try server.request("/v1/services/third", method: "DELETE").status == 200)
      }
      if name == "PUT /v1/ports/{port}" {
        #expect(try server.request("/v1/ports/backend", method: "DELETE").status == 200)
      }
      let words = name.split(separator: " ").map(String.init)
      let answer = try server.request(Self.target(words[1]), method: words[0], body: try body(of: operation, name))
      // Nobody answers for the workers of a bench.
      let expected = name == "GET /v1/explain" ? 503 : 200
      #expect(answer.status == expected, "\(name): \(String(decoding: answer.body, as: UTF8.self))")
      let responses = operation["responses"] as? [String: Any] ?? [:]
      let response = resolved(responses["\(answer.status)"] ?? [:])
      let content = try #require(response["content"] as? [String: [String: Any]], "\(name)")
      let type = answer.headers["content-type"]?.components(separatedBy: ";").first ?? ""
      let schema = try #require(content[type]?["schema"], "\(name) answers with \(type)")
      guard type == "application/json" else { continue }
      let value = try JSONSerialization.jsonObject(with: answer.body)
      #expect(faults(of: value, against: schema, at: name) == [])
    }
  }

  @Test func `the validator finds what is wrong`() throws {
    let schema: [String: Any] = [
      "type": "object", "additionalProperties": false, "required": ["a"],
      "properties": ["a": ["type": "integer"], "b": ["type": "string", "enum": ["x"]]],
    ]
    #expect(faults(of: ["a": 1, "b": "x"], against: schema, at: "") == [])
    #expect(faults(of: ["b": "x"], against: schema, at: "").count == 1)
    #expect(faults(of: ["a": "1"], against: schema, at: "").count == 1)
    #expect(faults(of: ["a": 1, "b": "y"], against: schema, at: "").count == 1)
    #expect(faults(of: ["a": 1, "c": 1], against: schema, at: "").count == 1)
  }

  @Test func `refusals are as described`() throws {
    let schema = ["$ref": "#/components/schemas/Error"]
    for bad in BadInputTests.cases.prefix(10) {
      let server = try TestServer(Bench(room: 64))
      let answer = try server.request(bad.target, method: bad.method, body: bad.body, fields: bad.fields)
      #expect(faults(of: try JSONSerialization.jsonObject(with: answer.body), against: schema, at: "") == [])
    }
  }

  /// A path with something in the places of its variables.
  private static func target(_ path: String) -> String {
    let target = path.replacingOccurrences(of: "{name}", with: "web").replacingOccurrences(of: "{backend}", with: "a")
      .replacingOccurrences(of: "{port}", with: "backend")
    switch path {
    case "/v1/events": return target + "?wait=0"
    case "/v1/sessions": return target + "?service=web"
    case "/v1/explain": return target + "?from=10.0.0.1:1&to=10.0.2.100:8000&protocol=tcp"
    default: return target
    }
  }

  private func body(of operation: [String: Any], _ name: String) throws -> String? {
    guard let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]] else {
      return nil
    }
    let json = try #require(content["application/json"], "\(name)")
    guard let example = json["example"] else {
      let file = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-openapi.yaml").path
      try Bench.text.write(toFile: file, atomically: true, encoding: .utf8)
      return "{\"file\": \"\(file)\"}"
    }
    let text = try JSONSerialization.data(withJSONObject: example)
    #expect(
      faults(of: try JSONSerialization.jsonObject(with: text), against: json["schema"] ?? [:], at: name) == [])
    return String(decoding: text, as: UTF8.self)
  }

  /// What a `$ref` leads to.
  private func resolved(_ value: Any) -> [String: Any] {
    let object = value as? [String: Any] ?? [:]
    guard let reference = object["$ref"] as? String else { return object }
    var target: Any = root
    for part in reference.split(separator: "/").dropFirst() {
      target = (target as? [String: Any])?[String(part)] ?? [:]
    }
    return resolved(target)
  }

  /// Where a value is not what a schema says: the few words of OpenAPI that the file uses.
  private func faults(of value: Any, against schema: Any, at place: String) -> [String] {
    let schema = resolved(schema)
    if let choices = schema["oneOf"] as? [Any] {
      let results = choices.map { faults(of: value, against: $0, at: place) }
      return results.contains([]) ? [] : results.joined() + ["\(place): none of the choices"]
    }
    if let allowed = schema["enum"] as? [String], !allowed.contains(value as? String ?? "") {
      return ["\(place): \(value) is none of \(allowed)"]
    }
    switch schema["type"] as? String {
    case "object"?: return objectFaults(of: value, schema, place)
    case "array"?:
      guard let items = value as? [Any] else { return ["\(place): no array"] }
      return items.enumerated().flatMap {
        faults(of: $0.element, against: schema["items"] ?? [:], at: "\(place)[\($0.offset)]")
      }
    case "string"?: return value is String ? [] : ["\(place): no string"]
    case "boolean"?: return value is Bool ? [] : ["\(place): no boolean"]
    case "integer"?:
      return (value as? NSNumber).map { Double($0.int64Value) == $0.doubleValue } == true
        ? [] : ["\(place): no integer"]
    case "number"?: return value is NSNumber ? [] : ["\(place): no number"]
    default: return []
    }
  }

  private func objectFaults(of value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    guard let object = value as? [String: Any] else { return ["\(place): no object"] }
    let properties = schema["properties"] as? [String: Any] ?? [:]
    var faults: [String] = []
    for name in schema["required"] as? [String] ?? [] where object[name] == nil {
      faults.append("\(place): no \(name)")
    }
    for (name, part) in object {
      if let property = properties[name] {
        faults += self.faults(of: part, against: property, at: "\(place).\(name)")
      } else if schema["additionalProperties"] as? Bool == false {
        faults.append("\(place): \(name) is not described")
      }
    }
    return faults
  }
}
