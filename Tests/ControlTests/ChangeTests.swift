import Configuration
@testable import Control
import Foundation
import Testing

/// Changes over the socket, on an instance without a dataplane.
@Suite(.serialized) struct ChangeTests {
  private func server(file: Bool = false) throws -> TestServer { try TestServer(Bench(room: 64), file: file) }

  private func change(
    _ server: TestServer, _ method: String, _ target: String, _ body: String? = nil, fields: String = ""
  ) throws -> ChangeReport {
    let answer = try server.request(target, method: method, body: body, fields: fields)
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    let report = try ChangeReport(json: answer.body)
    #expect(answer.headers["etag"] == "\"\(report.generation)\"")
    return report
  }

  private func backends(_ server: TestServer, _ service: String = "web") throws -> [BackendReport] {
    try BackendsReport(json: server.request("/v1/backends?service=\(service)").body).backends
  }

  static let dns = """
    {"vip": "10.0.2.103", "protocol": "udp", "port": 53, "backends": [{"address": "10.0.1.9:53"}]}
    """

  @Test func `80: each change has a generation of its own and is there at once`() throws {
    let server = try server()
    let steps: [(String, String, String?, [String: UInt32])] = [
      (
        "POST", "/v1/services/web/backends", #"{"address": "10.0.1.5:80", "name": "e"}"#,
        ["a": 10, "10.0.1.3:8003": 30, "10.0.1.4:8004": 0, "e": 1]
      ),
      (
        "PATCH", "/v1/services/web/backends/e", #"{"weight": 7}"#,
        ["a": 10, "10.0.1.3:8003": 30, "10.0.1.4:8004": 0, "e": 7]
      ),
      (
        "PUT", "/v1/services/web/backends/10.0.1.5:80", #"{"weight": 8, "name": "f"}"#,
        ["a": 10, "10.0.1.3:8003": 30, "10.0.1.4:8004": 0, "f": 8]
      ),
      ("DELETE", "/v1/services/web/backends/f", nil, ["a": 10, "10.0.1.3:8003": 30, "10.0.1.4:8004": 0]),
      (
        "PUT", "/v1/services/web/backends", #"[{"address": "10.0.1.3:8003"}, {"address": "10.0.1.6:80", "weight": 2}]"#,
        ["10.0.1.3:8003": 1, "10.0.1.6:80": 2]
      ),
    ]
    for (step, (method, target, body, expected)) in steps.enumerated() {
      let report = try change(server, method, target, body)
      #expect(report.generation == 8 + UInt64(step))
      #expect(report.previousGeneration == 7 + UInt64(step))
      #expect(report.applied && report.changedAt != nil && report.milliseconds != nil)
      let weights = try backends(server).filter { $0.state == .up || $0.state == .drain }.map { ($0.name, $0.weight) }
      #expect(Dictionary(uniqueKeysWithValues: weights) == expected)
    }
    #expect(server.bench.grace.begun >= 5)
  }

  @Test func `80: in one list for another, those that stay keep their slots of counters`() throws {
    let server = try server()
    server.bench.addTraffic()
    let before = try #require(backends(server).first { $0.address == "10.0.1.3:8003" })
    #expect(before.newSessions == 2)
    _ = try change(
      server, "PUT", "/v1/services/web/backends",
      #"{"backends": [{"address": "10.0.1.77:80"}, {"address": "10.0.1.3:8003", "weight": 30, "name": "renamed"}]}"#)
    let after = try #require(backends(server).first { $0.address == "10.0.1.3:8003" })
    #expect(after.name == "renamed")
    #expect(after.newSessions == before.newSessions && after.traffic == before.traffic)
    let gone = try #require(backends(server).first { $0.address == "10.0.1.2:8002" })
    #expect(gone.state == .removed && gone.weight == 0 && gone.slots == 0)
  }

  @Test func `33: a field that is not mentioned stays, and a weight counts at once`() throws {
    let server = try server()
    _ = try change(server, "PATCH", "/v1/services/web/backends/a", #"{"name": "b"}"#)
    let renamed = try #require(backends(server).first)
    #expect(renamed.name == "b" && renamed.weight == 10 && abs(renamed.share - 0.25) < 0.001)
    _ = try change(server, "PATCH", "/v1/services/web/backends/b", #"{"weight": 30}"#)
    let heavier = try #require(backends(server).first)
    #expect(heavier.name == "b" && abs(heavier.share - 0.5) < 0.001)
    _ = try change(server, "PATCH", "/v1/services/web/backends/b", #"{"drain": true}"#)
    let draining = try #require(backends(server).first)
    #expect(draining.state == .drain && draining.weight == 30 && draining.slots == 0)
    _ = try change(server, "PATCH", "/v1/services/web/backends/b", #"{"drain": false}"#)
    #expect(try backends(server).first == heavier)
  }

  @Test func `what changes nothing makes no generation`() throws {
    let server = try server()
    let report = try change(server, "PATCH", "/v1/services/web/backends/a", #"{"weight": 10}"#)
    #expect(report.generation == 7 && !report.applied)
    #expect(server.bench.grace.begun == 0)
  }

  @Test func `57, 58: a service of all protocols comes and goes as one`() throws {
    let server = try server()
    let all = #"{"name": "every", "vip": "10.0.2.104", "protocol": "all", "port": 80, "backends": ["10.0.1.2:80"]}"#
    _ = try change(server, "POST", "/v1/services", all)
    let second = try server.request(
      "/v1/services", method: "POST", body: all.replacingOccurrences(of: "every", with: "again"))
    #expect(second.status == 409, "the same endpoints twice")
    _ = try change(
      server, "POST", "/v1/services",
      all.replacingOccurrences(of: "every", with: "again").replacingOccurrences(
        of: "\"port\": 80", with: "\"port\": 81"))
    func claimed() -> Set<String> {
      Set(server.bench.instance.publisher.state.configuration.endpoints.joined().map(\.description))
    }
    #expect(
      claimed().isSuperset(of: ["10.0.2.104:80 tcp", "10.0.2.104:80 udp", "10.0.2.104 icmp", "10.0.2.104:81 tcp"]))
    _ = try change(server, "DELETE", "/v1/services/every")
    #expect(claimed().isSuperset(of: ["10.0.2.104 icmp", "10.0.2.104:81 udp"]), "ICMP stays while another needs it")
    #expect(!claimed().contains("10.0.2.104:80 tcp"))
    _ = try change(server, "DELETE", "/v1/services/again")
    #expect(!claimed().contains { $0.hasPrefix("10.0.2.104") })
  }

  @Test(arguments: ["web", "10.0.2.101/icmp", "a b/ü"])
  func `81: what a service shows can be fed to add again`(name: String) throws {
    let server = try server()
    let path = "/v1/services/" + ClientRequest.encoded(name)
    _ = try change(server, "PATCH", "/v1/services/web/backends/a", #"{"drain": true}"#)
    let shown = try server.request(path)
    let configuration = server.bench.instance.publisher.state.configuration
    _ = try change(server, "DELETE", path)
    guard name != "a b/ü" else {
      // A name that the file's reader would not take either.
      #expect(
        try server.request("/v1/services", method: "POST", body: String(decoding: shown.body, as: UTF8.self)).status
          == 422)
      return
    }
    _ = try change(server, "POST", "/v1/services", String(decoding: shown.body, as: UTF8.self))
    let again = server.bench.instance.publisher.state.configuration
    #expect(ConfigurationDifference(from: configuration, to: again).isEmpty)
    _ = try change(server, "PUT", path, String(decoding: shown.body, as: UTF8.self))
    #expect(server.bench.instance.publisher.state.configuration == again)
  }

  @Test func `a stale generation is refused, the right one is not`() throws {
    let server = try server()
    let target = "/v1/services/web/backends/a"
    #expect(try server.request("/v1/status").headers["etag"] == "\"7\"")
    for field in ["\"7\"", "*"] {
      _ = try change(server, "PATCH", target, #"{"weight": 1\#(field.count)}"#, fields: "If-Match: \(field)\r\n")
    }
    let stale = try server.request(target, method: "PATCH", body: "{\"weight\": 5}", fields: "If-Match: 7\r\n")
    #expect(stale.status == 412)
    #expect(stale.error?.code == "stale_generation")
    #expect(stale.headers["etag"] == "\"9\"")
    #expect(server.bench.instance.publisher.state.generation == 9)
  }

  @Test func `a rollback returns to what was before, and a second one undoes it`() throws {
    let server = try server()
    let empty = try server.request("/v1/rollback", method: "POST")
    #expect(empty.status == 409 && empty.error?.code == "nothing_to_roll_back")
    let first = server.bench.instance.publisher.state.configuration
    _ = try change(server, "DELETE", "/v1/services/web")
    let second = server.bench.instance.publisher.state.configuration
    #expect(try change(server, "POST", "/v1/rollback").generation == 9)
    #expect(server.bench.instance.publisher.state.configuration == first)
    #expect(try change(server, "POST", "/v1/rollback").generation == 10)
    #expect(server.bench.instance.publisher.state.configuration == second)
  }

  @Test func `48: with kill the sessions of what goes end, without they stay`() throws {
    let server = try server()
    server.bench.addTraffic()
    _ = try change(server, "DELETE", "/v1/services/web/backends/10.0.1.3:8003")
    _ = try change(server, "DELETE", "/v1/services/web/backends/a?kill=true")
    let states = try Dictionary(uniqueKeysWithValues: backends(server).map { ($0.address, $0.state) })
    #expect(states == ["10.0.1.2:8002": .killed, "10.0.1.3:8003": .removed, "10.0.1.4:8004": .drain])
    let removed = try #require(backends(server).first { $0.state == .removed })
    #expect(removed.activeSessions == 1 && removed.newSessions == 2)
    _ = try change(server, "PATCH", "/v1/services/web/backends/10.0.1.4:8004?kill=true", #"{"weight": 5}"#)
    let last = try backends(server).filter { $0.address == "10.0.1.4:8004" }.map(\.state)
    #expect(Set(last) == [.up, .killed], "it stays, and its old sessions do not")
  }

  @Test func `a worker that does not report makes a warning, not an error`() throws {
    let server = try server()
    server.bench.grace.setPassed(0)
    let report = try change(server, "DELETE", "/v1/services/web")
    #expect(report.applied && report.generation == 8)
    #expect(report.warnings.contains { $0.contains("worker needs attention") })
  }

  @Test func `after the end nothing is changed`() throws {
    let server = try server()
    server.controls.close()
    let answer = try server.request("/v1/services/web", method: "DELETE")
    #expect(answer.status == 503 && answer.error?.code == "stopping")
    #expect(try server.request("/v1/explain?from=10.0.0.1:1&to=10.0.2.100:8000&protocol=tcp").status == 503)
    #expect(try server.request("/v1/status").status == 200)
  }

  @Test func `changes of many clients at once come one after another, and clients that leave hold up nobody`() throws {
    let server = try server()
    let connections = try (0..<30).map { _ in try server.connect() }
    for (number, connection) in connections.enumerated() {
      let body = "{\"weight\": \(number + 100)}"
      connection.send(
        "PATCH /v1/services/web/backends/a HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    // Half of them do not wait for the answer.
    let waiting = connections.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let generations = try waiting.map { try ChangeReport(json: $0.answer().body).generation }
    #expect(Set(generations).count == waiting.count)
    #expect(server.bench.instance.publisher.state.generation <= 37)
    #expect(try change(server, "PATCH", "/v1/services/web/backends/a", #"{"weight": 9}"#).applied)
  }
}
