@testable import Control
import Foundation
import Net
import Testing

@Suite(.serialized) struct ControlServerTests {
  static let paths = [
    "/v1/status", "/v1/services", "/v1/services/web", "/v1/backends", "/v1/backends?service=web", "/v1/workers",
    "/v1/ports", "/v1/drops",
  ]

  @Test(arguments: paths)
  func `81: each path answers with JSON, and HEAD with the same head`(path: String) throws {
    let server = try TestServer()
    let answer = try server.request(path)
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/json")
    #expect(try JSONSerialization.jsonObject(with: answer.body) is [String: Any])
    let head = try server.request(path, method: "HEAD")
    #expect(head.status == 200)
    #expect((Int(head.headers["content-length"] ?? "") ?? 0) > 0)
  }

  @Test func `a service's name is decoded, slashes included`() throws {
    let server = try TestServer()
    let detail = try ServiceDetailReport(json: server.request("/v1/services/a%20b%2F%C3%BC").body)
    #expect(detail.service.name == "a b/ü")
    let other = try server.request("/v1/services/10.0.2.101%2Ficmp")
    #expect(try ServiceDetailReport(json: other.body).service.vip == "10.0.2.101")
  }

  @Test func `metrics come as OpenMetrics`() throws {
    let answer = try TestServer().request("/metrics")
    #expect(answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(OpenMetricsChecker(String(decoding: answer.body, as: UTF8.self)).faults == [])
  }

  @Test(arguments: [
    ("GET", "/", 404, "not_found"), ("GET", "/v1", 404, "not_found"), ("GET", "/v1/statuses", 404, "not_found"),
    ("GET", "/v1/status/", 404, "not_found"), ("GET", "//v1/status", 404, "not_found"),
    ("GET", "/v2/status", 404, "not_found"), ("GET", "/v1/services/web/x", 404, "not_found"),
    ("GET", "/../../etc/passwd", 404, "not_found"), ("GET", "/v1/services/nobody", 404, "unknown_service"),
    ("GET", "/v1/services/", 404, "unknown_service"), ("GET", "/v1/backends?service=nobody", 404, "unknown_service"),
    ("POST", "/v1/status", 405, "method_not_allowed"), ("POST", "/v1/services/web", 405, "method_not_allowed"),
    ("DELETE", "/metrics", 405, "method_not_allowed"), ("DELETE", "/nowhere", 404, "not_found"),
    ("GET", "/v1/status?x=1", 400, "unknown_parameter"), ("GET", "/v1/backends?x", 400, "unknown_parameter"),
    ("GET", "/v1/backends?service=web&service=web", 400, "unknown_parameter"),
    ("GET", "/v1/services/%zz", 400, "bad_target"), ("GET", "/v1/services/%ff", 400, "bad_target"),
    ("GET", "http://x/v1/status", 400, "bad_target"), ("OPTIONS", "*", 400, "bad_target"),
  ])
  func `what is not there is refused with a reason`(method: String, target: String, status: Int, code: String) throws {
    let server = try TestServer()
    let answer = try server.request(target, method: method)
    #expect(answer.status == status)
    #expect(answer.error?.code == code)
    #expect(answer.error?.message.isEmpty == false)
    if status == 405 { #expect(answer.headers["allow"]?.hasPrefix("GET, HEAD") == true) }
    #expect(try server.request("/v1/status").status == 200)
  }

  @Test func `a connection is kept for the next request, of HTTP 1_0 only on demand`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    for _ in 0..<3 {
      connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try connection.answer().headers["connection"] == "keep-alive")
    }
    connection.send("GET /v1/nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try connection.answer().status == 404, "a refusal does not end the connection")
    connection.send("GET /v1/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(try connection.answer().headers["connection"] == "keep-alive")
    connection.send("GET /v1/status HTTP/1.0\r\n\r\n")
    #expect(try connection.answer().headers["connection"] == "close")
    #expect(connection.endsNow())
  }

  @Test func `pipelined requests are answered in their order`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    let targets = (0..<300).map { ["/v1/status", "/v1/nowhere", "/metrics"][$0 % 3] }
    connection.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    for target in targets { #expect(try connection.answer().status == (target == "/v1/nowhere" ? 404 : 200)) }
  }

  @Test func `requests before a mistake are answered, then the mistake`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n")
    #expect(try (0..<3).map { _ in try connection.answer().status } == [200, 200, 400])
    #expect(connection.endsNow())
  }

  @Test func `a client that says it is done still gets its answer`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    connection.finish()
    #expect(try connection.answer().status == 200)
    #expect(connection.endsNow())
  }

  @Test func `TCP has the metrics and nothing else`() throws {
    let server = try TestServer(metrics: true)
    let port = try #require(server.server.metricsPort)
    func status(_ request: String) throws -> Int {
      let connection = try RawConnection(port: port)
      connection.send(request + " HTTP/1.1\r\nHost: x\r\n\r\n")
      return try connection.answer().status
    }
    #expect(try status("GET /metrics") == 200)
    for path in Self.paths { #expect(try status("GET \(path)") == 404) }
    #expect(try status("POST /metrics") == 405)
    #expect(try server.request("/metrics").status == 200)
  }

  @Test func `97: a stop ends all connections within a second and removes the socket`() throws {
    let server = try TestServer()
    let connections = try (0..<20).map { _ in try server.connect() }
    connections[0].send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try connections[0].answer().status == 200)
    connections[1].send("GET /v1/sta")
    let began = ContinuousClock.now
    server.server.stop()
    #expect(ContinuousClock.now - began < .seconds(1))
    #expect(!FileManager.default.fileExists(atPath: server.path))
    for connection in connections { #expect(connection.endsNow()) }
    #expect(throws: RawConnection.Ended.self) { try server.connect() }
  }
}
