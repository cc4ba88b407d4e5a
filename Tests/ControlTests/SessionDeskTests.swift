@testable import Control
import Foundation
import NIOCore
import Testing

/// Lists and counts of sessions, from workers that answer and workers that do not.
@Suite(.serialized) struct SessionDeskTests {
  private func workers(_ server: TestServer, _ buckets: UInt32, silent: Set<Int> = []) -> [AnsweringWorker] {
    server.bench.mailboxes.enumerated().filter { !silent.contains($0.offset) }
      .map { AnsweringWorker($0.element, buckets: buckets) }
  }

  private func sessions(_ server: TestServer, _ query: String = "") throws -> SessionsReport {
    try ControlClient(socket: server.path).report("/v1/sessions\(query)", as: SessionsReport.self)
  }

  @Test func `47: every session of every worker is listed, with its names`() throws {
    let server = try TestServer()
    let workers = workers(server, 1000)
    defer { for worker in workers { worker.stop() } }
    let report = try sessions(server)
    #expect(report.count == 2000 && report.complete && report.silentWorkers == [])
    #expect(Set(report.sessions.map { "\($0.worker) \($0.client)" }).count == 2000)
    let first = try #require(report.sessions.first { $0.client == "10.0.0.0" })
    #expect(first.service == "web" && first.backend == "a" && first.backendAddress == "10.0.1.2:8002")
    #expect(first.phase == "established" && first.idleSeconds == 2.5 && first.expiresInSeconds == 1)
    let second = try #require(report.sessions.first { $0.client == "10.0.0.1" })
    #expect(second.service == "10.0.2.101/icmp")
  }

  @Test func `47: a limit and filters narrow the list down`() throws {
    let server = try TestServer()
    let workers = workers(server, 1000)
    defer { for worker in workers { worker.stop() } }
    let limited = try sessions(server, "?limit=7")
    #expect(limited.count == 7 && limited.sessions.count == 7 && !limited.complete)
    #expect(try sessions(server, "?service=web").count == 1000)
    #expect(try sessions(server, "?client=10.0.0.0/28").count == 32)
    #expect(try sessions(server, "?service=web&backend=10.0.1.3:8003").count == 0)
    let count = try ControlClient(socket: server.path).report(
      "/v1/sessions?count=true&service=web", as: SessionCountReport.self)
    #expect(count == SessionCountReport(count: 1000, flushed: false, silentWorkers: []))
    let flushed = try server.request("/v1/sessions?service=web&backend=a", method: "DELETE")
    #expect(try SessionCountReport(json: flushed.body).count == 1000)
  }

  @Test func `a worker that does not answer is named, and the others are heard`() throws {
    let server = try TestServer()
    let workers = workers(server, 300, silent: [0])
    defer { for worker in workers { worker.stop() } }
    let report = try sessions(server)
    #expect(report.count == 300 && report.silentWorkers == [0] && !report.complete)
    let count = try ControlClient(socket: server.path).report("/v1/sessions?count=true", as: SessionCountReport.self)
    #expect(count.count == 300 && count.silentWorkers == [0])
  }

  @Test func `a client that takes no more stops the questions and holds up nobody`() throws {
    let server = try TestServer { $0.patience = .seconds(2) }
    let workers = workers(server, 2_000_000)
    defer { for worker in workers { worker.stop() } }
    let stuck = try server.connect()
    stuck.send("GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n")
    usleep(700_000)
    let asked = workers[0].answers
    #expect(asked > 0)
    usleep(300_000)
    #expect(workers[0].answers == asked, "what nobody reads is not asked for")
    #expect(try server.request("/v1/explain?packet=00").status == 200)
    #expect(
      try server.request("/v1/services/web/backends/a", method: "PATCH", body: "{\"weight\": 3}").status == 200)
    sleep(3)
    #expect(try server.request("/v1/sessions?limit=5").status == 200, "it was cut off")
  }

  @Test func `lists go in chunks, and for HTTP 1_0 to the end of the connection`() throws {
    let server = try TestServer()
    let workers = workers(server, 600)
    defer { for worker in workers { worker.stop() } }
    let connection = try server.connect()
    connection.send("GET /v1/sessions HTTP/1.0\r\n\r\n")
    let old = try connection.answer()
    #expect(old.headers["transfer-encoding"] == nil && old.headers["connection"] == "close")
    let head = try server.request("/v1/sessions", method: "HEAD")
    #expect(head.status == 200 && head.headers["connection"] == "close")
    let kept = try server.connect()
    kept.send("GET /v1/sessions?count=true HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try kept.answer().headers["connection"] == "keep-alive")
    let client = try ControlClient(socket: server.path).get("/v1/sessions")
    #expect(try SessionsReport(json: client).count == 1200)
  }

  @Test func `a stop in the middle of a list ends within a second`() throws {
    let server = try TestServer()
    let workers = workers(server, 2_000_000)
    defer { for worker in workers { worker.stop() } }
    let connection = try server.connect()
    connection.send("GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n")
    usleep(100_000)
    let began = ContinuousClock.now
    server.server.stop()
    server.controls.close()
    #expect(ContinuousClock.now - began < .milliseconds(1500))
  }

  @Test(arguments: [
    ("5\r\nabcde\r\n0\r\n\r\n", "abcde"), ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"), ("0\r\n\r\n", ""),
    ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
  ])
  func `chunks are put together`(chunks: String, body: String) throws {
    let answer = try HTTPAnswer(Data("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)".utf8))
    #expect(answer.body == Data(body.utf8))
  }

  @Test(arguments: ["", "5\r\nabc", "5\r\nabcde", "x\r\n", "-1\r\na\r\n", "7fffffffffffffff\r\na\r\n", "1\r\na\r\n"])
  func `broken chunks are malformed`(chunks: String) {
    #expect(throws: HTTPAnswer.Malformed.self) {
      try HTTPAnswer(Data("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)".utf8))
    }
  }
}
