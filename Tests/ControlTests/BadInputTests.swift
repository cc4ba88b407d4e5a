import Configuration
@testable import Control
import Foundation
import Testing

/// What must be refused, with the status and the code that docs/api.md names, and with nothing changed.
@Suite(.serialized) struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var method: String
    var target: String
    var body: String?
    var fields = ""
    var status: Int
    var code: String

    init(_ method: String, _ target: String, _ body: String? = nil, _ status: Int, _ code: String, fields: String = "")
    {
      (self.method, self.target, self.body, self.status, self.code) = (method, target, body, status, code)
      self.fields = fields
    }

    var testDescription: String { "\(method) \(target) \(body?.prefix(60) ?? "")" }
  }

  private static let services = "/v1/services"
  private static let web = "/v1/services/web"
  private static let list = "/v1/services/web/backends"
  private static let first = "/v1/services/web/backends/a"
  private static func service(_ rest: String) -> String {
    "{\"name\": \"new\", \"vip\": \"10.0.2.200\", \"protocol\": \"tcp\", \"port\": 80\(rest)}"
  }

  static let cases: [Case] = [
    // Duplicates.
    Case("POST", services, service("").replacingOccurrences(of: "\"new\"", with: "\"web\""), 409, "service_exists"),
    Case(
      "POST", services,
      service("").replacingOccurrences(
        of: "10.0.2.200\", \"protocol\": \"tcp\", \"port\": 80",
        with: "10.0.2.100\", \"protocol\": \"tcp\", \"port\": 8000"), 409, "endpoint_taken"),
    Case("POST", list, #"{"address": "10.0.1.2:8002"}"#, 409, "backend_exists"),
    Case("POST", list, #"{"address": "10.0.1.99:80", "name": "a"}"#, 409, "name_taken"),
    Case("PUT", list, #"[{"address": "10.0.1.5:80"}, {"address": "10.0.1.5:80"}]"#, 422, "invalid_value"),
    Case("PATCH", first, #"{"name": "10.0.1.3:8003"}"#, 409, "name_taken"),
    // Nobody of that name.
    Case("DELETE", services + "/nobody", nil, 404, "unknown_service"),
    Case("DELETE", services + "/nobody?kill=true", nil, 404, "unknown_service"),
    Case("POST", services + "/nobody/backends", #"{"address": "10.0.1.2:1"}"#, 404, "unknown_service"),
    Case("PUT", services + "/nobody/backends", "[]", 404, "unknown_service"),
    Case("PATCH", services + "/nobody/backends/a", "{\"weight\": 1}", 404, "unknown_service"),
    Case("PATCH", list + "/nobody", "{\"weight\": 1}", 404, "unknown_backend"),
    Case("PATCH", list + "/nobody?kill=true", "{\"weight\": 1}", 404, "unknown_backend"),
    Case("DELETE", list + "/10.0.1.2:8003", nil, 404, "unknown_backend"),
    // Wrong types, wrong ranges, unknown keys.
    Case("PATCH", first, "{\"weight\": -1}", 422, "invalid_value"),
    Case("PATCH", first, "{\"weight\": 65536}", 422, "invalid_value"),
    Case("PATCH", first, "{\"weight\": 1.5}", 422, "invalid_value"),
    Case("PATCH", first, "{\"weight\": \"heavy\"}", 422, "invalid_value"),
    Case("PATCH", first, "{\"weight\": 99999999999999999999999999}", 422, "invalid_value"),
    Case("PATCH", first, "{\"weight\": [1]}", 422, "invalid_value"),
    Case("PATCH", first, "{\"drain\": \"perhaps\"}", 422, "invalid_value"),
    Case("PATCH", first, "{\"wieght\": 1}", 422, "invalid_value"),
    Case("PUT", list, "{}", 422, "invalid_value"),
    Case("PUT", list, #"{"backends": 7}"#, 422, "invalid_value"),
    Case("POST", list, #"{"address": "10.0.1.2"}"#, 422, "invalid_value"),
    Case("POST", list, #"{"address": "10.0.1.256:80"}"#, 422, "invalid_value"),
    Case("POST", list, #"{"weight": 1}"#, 422, "invalid_value"),
    Case("POST", services, service(", \"mode\": \"magic\""), 422, "invalid_value"),
    Case("POST", services, service(", \"backends\": {}"), 422, "invalid_value"),
    Case("POST", services, service(", \"port\": 81"), 400, "malformed_json"),
    Case("POST", services, service("").replacingOccurrences(of: "tcp", with: "icmp"), 422, "invalid_value"),
    Case("PUT", services + "/other", service(""), 422, "path_mismatch"),
    // No JSON at all.
    Case("PATCH", first, "", 400, "malformed_json"), Case("PATCH", first, "{", 400, "malformed_json"),
    Case("PATCH", first, "{\"weight\": 1}}", 400, "malformed_json"),
    Case("PATCH", first, "weight: 1", 400, "malformed_json"), Case("PATCH", first, "\u{0}", 400, "malformed_json"),
    Case("PATCH", first, String(repeating: "[", count: 100_000), 400, "malformed_json"),
    Case("PATCH", first, "{\"weight\": 1}", 415, "not_json", fields: "Content-Type: text/html\r\n"),
    Case("POST", "/v1/reload", "a=b", 415, "not_yaml", fields: "Content-Type: application/x-www-form-urlencoded\r\n"),
    Case("POST", "/v1/reload", "{", 400, "not_json"), Case("POST", "/v1/reload", "{\"fiel\": \"/x\"}", 422, "invalid"),
    Case("POST", "/v1/reload", "{\"file\": 7}", 422, "invalid"),
    Case("POST", "/v1/plan", nil, 400, "no_body"),
    Case("POST", "/v1/plan", "\t: : :", 422, "bad_configuration", fields: "Content-Type: application/yaml\r\n"),
    // Paths, methods, parameters, generations.
    Case("PUT", "/v1/nothing", "{}", 404, "not_found"), Case("DELETE", "/v1/services", nil, 405, "method_not_allowed"),
    Case("DELETE", list, nil, 405, "method_not_allowed"), Case("GET", "/v1/reload", nil, 405, "method_not_allowed"),
    Case("PUT", "/v1/status", "{}", 405, "method_not_allowed"),
    Case("DELETE", web + "?kil=true", nil, 400, "unknown_parameter"),
    Case("DELETE", web + "?kill=perhaps", nil, 400, "bad_parameter"),
    Case("DELETE", web, nil, 412, "stale_generation", fields: "If-Match: \"6\"\r\n"),
    Case("DELETE", web, nil, 412, "stale_generation", fields: "If-Match: 18446744073709551615\r\n"),
    Case("DELETE", web, nil, 400, "bad_if_match", fields: "If-Match: latest\r\n"),
    Case("DELETE", web, nil, 400, "bad_if_match", fields: "If-Match: \"\"\r\n"),
    Case("DELETE", web, nil, 400, "bad_if_match", fields: "If-Match: -1\r\n"),
    Case("DELETE", web, nil, 400, "bad_if_match", fields: "If-Match: 7, 8\r\n"),
    Case("POST", "/v1/rollback", nil, 409, "nothing_to_roll_back"),
    // Sessions and decisions.
    Case("DELETE", "/v1/sessions", nil, 400, "bad_parameter"),
    Case("DELETE", "/v1/sessions?all=true&service=web", nil, 400, "bad_parameter"),
    Case("DELETE", "/v1/sessions?all=true&client=10.0.0.1", nil, 400, "bad_parameter"),
    Case("DELETE", "/v1/sessions?service=nobody", nil, 404, "unknown_service"),
    Case("DELETE", "/v1/sessions?service=web&backend=nobody", nil, 404, "unknown_backend"),
    Case("DELETE", "/v1/sessions?backend=a", nil, 400, "bad_parameter"),
    Case("DELETE", "/v1/sessions?client=10.0.0.1/33", nil, 400, "bad_parameter"),
    Case("GET", "/v1/sessions?client=10.0.0", nil, 400, "bad_parameter"),
    Case("GET", "/v1/sessions?client=10.0.0.0/-1", nil, 400, "bad_parameter"),
    Case("GET", "/v1/sessions?limit=0", nil, 400, "bad_parameter"),
    Case("GET", "/v1/sessions?limit=+5", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?from=10.0.0.1:1&to=10.0.0.2&protocol=tcp", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?from=10.0.0.1:1&to=10.0.0.2:65536&protocol=tcp", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?from=10.0.0.1:1&to=10.0.0.2:2&protocol=sctp", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?from=10.0.0.1:1&to=10.0.0.2:2&protocol=udp&flags=syn", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?from=10.0.0.1:1&to=10.0.0.2:2&protocol=tcp&flags=urg", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?packet=0", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?packet=zz", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?packet=00&to=10.0.0.1", nil, 400, "bad_parameter"),
    Case("GET", "/v1/explain?packet=00&port=nobody", nil, 404, "unknown_port"),
    Case("GET", "/v1/explain?packet=00", nil, 503, "worker_silent"),
    Case("PUT", "/v1/log-level", #"{"level": "loud"}"#, 422, "invalid"),
    Case("PUT", "/v1/log-level", #"{"level": 1}"#, 422, "invalid"),
    Case("PUT", "/v1/log-level", "[]", 400, "not_json"),
  ]

  @Test(arguments: cases)
  func `78, 79: bad input is refused with a reason, and what runs is untouched`(bad: Case) throws {
    let server = try TestServer(Bench(room: 64))
    let before = server.bench.instance.publisher.state
    let answer = try server.request(bad.target, method: bad.method, body: bad.body, fields: bad.fields)
    #expect(answer.status == bad.status, "\(String(decoding: answer.body, as: UTF8.self))")
    #expect(answer.error?.code == bad.code)
    #expect(answer.error?.message.isEmpty == false)
    let after = server.bench.instance.publisher.state
    #expect(after.configuration == before.configuration && after.generation == before.generation)
    #expect(after.publishedAt == before.publishedAt)
    #expect(server.bench.grace.begun == 0, "nothing was published, not even the same again")
    #expect(server.bench.logLevel.level == .info)
  }

  @Test func `19, 79: more backends than there are counters for is refused whole`() throws {
    let server = try TestServer(Bench(room: 8))
    let many = (0..<9).map { "{\"address\": \"10.0.9.\($0 + 1):80\"}" }.joined(separator: ",")
    let answer = try server.request("/v1/services/web/backends", method: "PUT", body: "[\(many)]")
    #expect(answer.status == 409 && answer.error?.code == "too_many_backends")
    #expect(server.bench.instance.publisher.state.generation == 7)
  }

  @Test(arguments: ["PUT /v1/services/web", "POST /v1/reload", "PATCH /v1/services/web/backends/a"])
  func `79: half a change is none`(line: String) throws {
    let server = try TestServer(Bench(room: 64)) { $0.patience = .milliseconds(200) }
    let body = #"{"vip": "10.0.2.100", "protocol": "tcp", "port": 8000, "backends": []}"#
    for length in [0, 1, body.utf8.count - 1] {
      let connection = try server.connect()
      connection.send("\(line) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
      connection.send(body.utf8.prefix(length))
      if length == 1 { connection.finish() } else { #expect(try connection.answer().status == 408) }
    }
    #expect(server.bench.grace.begun == 0)
    #expect(try server.request("/v1/status").status == 200)
  }
}
