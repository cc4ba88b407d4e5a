import Configuration
@testable import Control
import Foundation
import Testing

/// Whole configurations over the socket: plan, reload, save, show.
@Suite(.serialized) struct ReloadTests {
  private static let yaml = "Content-Type: application/yaml\r\n"

  private func server(file: Bool = true) throws -> TestServer {
    try TestServer(Bench(Bench.text.replacingOccurrences(of: "name: odd", with: "name: third"), room: 64), file: file)
  }

  private func post(
    _ server: TestServer, _ target: String, _ body: String? = nil, fields: String = yaml
  ) throws -> RawConnection.Answer {
    try server.request(target, method: "POST", body: body, fields: body == nil ? "" : fields)
  }

  private static func text(_ change: (inout String) -> Void) -> String {
    var text = Bench.text.replacingOccurrences(of: "name: odd", with: "name: third")
    change(&text)
    return text
  }

  @Test func `94: a plan tells what a reload then does, and changes nothing`() throws {
    let server = try server()
    server.bench.addTraffic()
    let new = Self.text {
      $0 = $0.replacingOccurrences(of: "weight: 30", with: "weight: 10")
      $0 = $0.replacingOccurrences(
        of: "{ address: \"10.0.1.4:8004\", weight: 0 }", with: "{ address: \"10.0.1.9:80\" }")
    }
    let plan = try ChangeReport(json: post(server, "/v1/plan", new).body)
    #expect(!plan.applied && plan.generation == 7)
    #expect(server.bench.instance.publisher.state.generation == 7)
    let service = try #require(plan.services.first)
    #expect(plan.services.count == 1 && plan.servicesUntouched == 2)
    #expect(service.name == "web" && service.change == .changed)
    #expect(service.backendsAdded.map(\.address) == ["10.0.1.9:80"])
    #expect(service.backendsRemoved.map(\.address) == ["10.0.1.4:8004"])
    #expect(service.backendsChanged.map(\.address) == ["10.0.1.3:8003"])
    #expect(service.backendsChanged.first?.fields.map(\.to) == ["10"])
    #expect(service.sessions == 1 && service.sessionsMoved == 0 && service.sessionsMovedShare == 0)
    #expect((0.25...0.35).contains(service.slotsMovedShare), "10:30 becomes 10:10:1: \(service.slotsMovedShare)")
    let done = try ChangeReport(json: post(server, "/v1/reload", new).body)
    #expect(done.applied && done.generation == 8)
    #expect(done.services == plan.services)
    let killed = try ChangeReport(
      json: post(
        server, "/v1/plan?kill=true",
        "\(Self.text { $0 = $0.replacingOccurrences(of: "{ address: \"10.0.1.3:8003\", weight: 30 },", with: "") })"
      ).body)
    #expect(killed.services.first?.sessionsMoved == 1 && killed.services.first?.sessionsMovedShare == 1)
  }

  @Test func `a reload reads the file of the start again, or another`() throws {
    let server = try server()
    #expect(try ChangeReport(json: post(server, "/v1/reload").body).applied == true, "'odd' is its name there")
    #expect(try ChangeReport(json: post(server, "/v1/reload").body).applied == false)
    let other = server.file + ".other"
    try Self.text { $0 = $0.replacingOccurrences(of: "weight: 30", with: "weight: 31") }
      .write(toFile: other, atomically: false, encoding: .utf8)
    let json = "Content-Type: application/json\r\n"
    let report = try ChangeReport(json: post(server, "/v1/reload", "{\"file\": \"\(other)\"}", fields: json).body)
    #expect(report.applied)
    let missing = try post(server, "/v1/reload", "{\"file\": \"/nowhere/x.yaml\"}", fields: json)
    #expect(missing.status == 422 && missing.error?.code == "bad_configuration")
    let relative = try post(server, "/v1/reload", "{\"file\": \"x.yaml\"}", fields: json)
    #expect(relative.status == 422 && relative.error?.field == "file")
    let none = try post(try self.server(file: false), "/v1/reload")
    #expect(none.status == 409 && none.error?.code == "no_file")
  }

  @Test func `an empty file is refused, and not the file of the start`() throws {
    let server = try server()
    for path in ["/v1/reload?name=new.yaml", "/v1/plan?name=new.yaml"] {
      let answer = try post(server, path, "")
      #expect(answer.status == 422 && answer.error?.code == "bad_configuration")
      #expect(answer.error?.message.hasPrefix("new.yaml:") == true)
    }
    #expect(server.bench.instance.publisher.state.generation == 7)
  }

  @Test func `every mistake of a file is told, with its name and line`() throws {
    let server = try server()
    let answer = try post(
      server, "/v1/reload?name=new.yaml", Self.text { $0 += "unmatched: perhaps\nspeed: high\n" })
    #expect(answer.status == 422)
    let message = try #require(answer.error?.message)
    #expect(message.contains("new.yaml:12:") && message.contains("new.yaml:13:"), "\(message)")
    #expect(server.bench.instance.publisher.state.generation == 7)
  }

  @Test func `what needs a restart is refused by name`() throws {
    let server = try server()
    let new = Self.text { $0 = $0.replacingOccurrences(of: "capacity: 65536", with: "capacity: 65537") }
    let answer = try post(server, "/v1/reload", new)
    #expect(answer.status == 409 && answer.error?.code == "needs_restart")
    #expect(answer.error?.field == "sessions.capacity")
    #expect(server.bench.instance.publisher.state.generation == 7)
    let plan = try ChangeReport(json: post(server, "/v1/plan", new).body)
    #expect(plan.needsRestart.map(\.key) == ["sessions.capacity"])
    let live = Self.text { $0 += "unmatched: drop\n" }
    let report = try ChangeReport(json: post(server, "/v1/reload", live).body)
    #expect(report.applied && report.settings.map(\.key) == ["unmatched"])
  }

  @Test func `a reload that removes too much needs force`() throws {
    let server = try server()
    let answer = try post(
      server, "/v1/reload", Bench.withoutServices + "\nhash_seed: 0x5eed\nsessions: { capacity: 65536 }\n")
    #expect(answer.status == 409, "\(String(decoding: answer.body, as: UTF8.self))")
    let fewer = Self.text {
      $0 = String($0[..<($0.range(of: "services:")?.lowerBound ?? $0.endIndex)])
    }
    let refused = try post(server, "/v1/reload", fewer)
    #expect(refused.status == 409 && refused.error?.code == "removes_too_much")
    #expect(try ChangeReport(json: post(server, "/v1/plan", fewer).body).needsForce)
    #expect(server.bench.instance.publisher.state.generation == 7)
    let forced = try ChangeReport(json: post(server, "/v1/reload?force=true", fewer).body)
    #expect(forced.applied && forced.backendsRemovedShare == 1)
    #expect(forced.text.contains("! removes 100.00 % of the backends, as forced\n"))
  }

  @Test func `what runs can be shown, and shown it is a file that gives the same again`() throws {
    let server = try server()
    _ = try server.request("/v1/services/web/backends/a", method: "PATCH", body: #"{"drain": true}"#)
    let running = server.bench.instance.publisher.state.configuration
    for format in ["", "?format=yaml", "?format=json"] {
      let answer = try server.request("/v1/config\(format)")
      #expect(answer.status == 200)
      #expect(answer.headers["etag"] == "\"8\"")
      let text = String(decoding: answer.body, as: UTF8.self)
      #expect(try ConfigurationReader.read(text: text, file: "f").configuration == running)
    }
    #expect(try server.request("/v1/config?format=xml").status == 400)
  }

  @Test func `save writes the file that the next start reads, with its permissions`() throws {
    let server = try server()
    chmod(server.file, 0o640)
    let answer = try server.request(
      "/v1/services/web/backends/a?save=true", method: "PATCH", body: #"{"weight": 77}"#)
    #expect(try ChangeReport(json: answer.body).savedTo == server.file)
    let running = server.bench.instance.publisher.state.configuration
    #expect(try ConfigurationReader.read(path: server.file).configuration == running)
    var status = stat()
    #expect(stat(server.file, &status) == 0 && status.st_mode & 0o777 == 0o640)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: (server.file as NSString).deletingLastPathComponent).sorted()
        == ["control.sock", "sluice.yaml"])
    let unchanged = try server.request(
      "/v1/services/web/backends/a?save=true", method: "PATCH", body: #"{"weight": 77}"#)
    #expect(try ChangeReport(json: unchanged.body).savedTo == server.file, "also if nothing changes")
  }

  @Test func `save keeps a symbolic link, and writes where it leads`() throws {
    let server = try server()
    let real = server.file + ".real"
    try FileManager.default.moveItem(atPath: server.file, toPath: real)
    try FileManager.default.createSymbolicLink(atPath: server.file, withDestinationPath: real)
    let answer = try server.request(
      "/v1/services/web/backends/a?save=true", method: "PATCH", body: #"{"weight": 77}"#)
    #expect(try ChangeReport(json: answer.body).savedTo == server.file)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: server.file) == real)
    let running = server.bench.instance.publisher.state.configuration
    #expect(try ConfigurationReader.read(path: real).configuration == running)
  }

  @Test func `a warning calls itself one once`() throws {
    let server = try server()
    let answer = try server.request("/v1/services/web/backends", method: "PUT", body: "[]")
    let text = try ChangeReport(json: answer.body).text
    #expect(text.hasPrefix("running configuration: warning: services.web.backends: there are none"))
    let unsaved = ChangeReport(
      generation: 7, previousGeneration: 7, applied: true, services: [], servicesUntouched: 0, settings: [],
      needsRestart: [], backendsRemovedShare: 0, needsForce: false, warnings: ["/f was not written: read-only"])
    #expect(unsaved.text.hasPrefix("warning: /f was not written: read-only\n"))
  }

  @Test func `a change that cannot be saved is not made`() throws {
    let server = try server(file: false)
    let refused = try server.request(
      "/v1/services/web/backends/a?save=true", method: "PATCH", body: #"{"weight": 77}"#)
    #expect(refused.status == 409 && refused.error?.code == "no_file")
    let bench = try Bench(room: 64)
    let desk = ChangeDesk(instance: bench.instance, file: "/proc/nowhere/sluice.yaml", log: Bench.silence)
    let outcome = desk.perform(.edit { _ in .removeService("web") }, ChangeTerms(saves: true))
    guard case .failure(let refusal) = outcome else {
      Issue.record("it was made")
      return
    }
    #expect(refusal.code == "cannot_save")
    #expect(bench.instance.publisher.state.generation == 7)
  }
}
