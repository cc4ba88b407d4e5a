@testable import Control
import Foundation
import NIOCore
import Testing

/// Clients that do not do what HTTP asks: each gets a reason where one can be given, and the next client is
/// served.
@Suite(.serialized) struct BrokenClientTests {
  private func isAlive(_ server: TestServer) throws -> Bool { try server.request("/v1/status").status == 200 }

  @Test(arguments: [
    "rubbish\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\u{4}", "GET\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\n\u{1}: x\r\n\r\n", "GET /v1/status HTTP/1.1\r\n: x\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET /v1/status HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST /v1/status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
    "GET /v1/status HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
  ])
  func `what is not HTTP is a bad request`(text: String) throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send(text)
    connection.finish()
    let answer = try connection.answer()
    #expect(answer.status == 400)
    #expect(answer.error?.code == "not_http")
    #expect(connection.endsNow())
    #expect(try isAlive(server))
  }

  @Test func `other versions of HTTP are refused`() throws {
    let server = try TestServer()
    for text in ["GET /v1/status\r\n\r\n", "GET /v1/status HTTP/2.0\r\nHost: x\r\n\r\n"] {
      let connection = try server.connect()
      connection.send(text)
      #expect(try connection.answer().status == 505)
      #expect(connection.endsNow())
    }
    #expect(try isAlive(server))
  }

  @Test func `random bytes never stop the server`() throws {
    let server = try TestServer { $0.farewell = .milliseconds(50) }
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(state: seed)
    let words = [
      "GET ", "/v1/status", " HTTP/1.1\r\n", "\r\n", "Content-Length: ", "5", "Transfer-Encoding: chunked", "0",
    ]
    for round in 0..<300 {
      let connection = try server.connect()
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        if Bool.random(using: &generator), let word = words.randomElement(using: &generator) {
          connection.send(word)
        } else {
          let count = Int.random(in: 1...40, using: &generator)
          connection.send((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
      }
      if round % 2 == 0 { connection.finish() }
    }
    #expect(try isAlive(server), "seed \(seed)")
  }

  @Test func `every prefix of a request, cut off, leaves the server serving`() throws {
    let server = try TestServer()
    let request = "POST /v1/status?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    for length in 0...request.utf8.count { try server.connect().send(request.utf8.prefix(length)) }
    #expect(try isAlive(server))
  }

  @Test(arguments: [
    "GET /v1/status HTTP/1.1\r\nHo", "POST /v1/status HTTP/1.1\r\nContent-Length: 9\r\n\r\nab", "G", "",
  ])
  func `half a request is answered with a timeout`(text: String) throws {
    let server = try TestServer { $0.patience = .milliseconds(200) }
    let connection = try server.connect()
    connection.send(text)
    let answer = try connection.answer()
    #expect(answer.status == 408)
    #expect(answer.error?.code == "timeout")
    #expect(connection.endsNow())
    #expect(try isAlive(server))
  }

  @Test func `a request that drips in byte by byte does not outlive the timeout`() throws {
    let server = try TestServer { $0.patience = .milliseconds(200) }
    let connection = try server.connect()
    let began = ContinuousClock.now
    for byte in "GET /v1/status HTTP/1.1\r\nHost: a very slow client\r\n\r\n".utf8 {
      connection.send([byte])
      usleep(10_000)
      if ContinuousClock.now - began > .seconds(1) { break }
    }
    #expect(try connection.answer().status == 408)
  }

  @Test func `a connection without requests is closed in silence`() throws {
    let server = try TestServer { $0.patience = .milliseconds(200) }
    let connection = try server.connect()
    connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try connection.answer().status == 200)
    #expect(connection.endsNow())
  }

  @Test func `a client that reads nothing of what it asks for is cut off, and fills no memory`() throws {
    let server = try TestServer { $0.patience = .milliseconds(300) }
    let connection = try server.connect()
    let requests = String(repeating: "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", count: 20_000)
    let sent = connection.send(requests)
    #expect(sent < requests.utf8.count, "the server stops reading")
    #expect(try isAlive(server))
  }

  @Test(arguments: [true, false])
  func `a body of 10 MB is refused at its announcement or its limit`(isAnnounced: Bool) throws {
    let server = try TestServer()
    let connection = try server.connect()
    let head = isAnnounced ? "Content-Length: 10485760" : "Transfer-Encoding: chunked"
    connection.send("POST /v1/status HTTP/1.1\r\nHost: x\r\n\(head)\r\n\r\n")
    let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 16)
    for _ in 0..<160 {
      if !isAnnounced { connection.send("10000\r\n") }
      guard connection.send(chunk) == chunk.count else { break }
      if !isAnnounced { connection.send("\r\n") }
    }
    let answer = try connection.answer()
    #expect(answer.status == 413)
    #expect(answer.error?.code == "body_too_large")
    #expect(answer.error?.field == "body")
    #expect(try isAlive(server))
  }

  @Test func `a body within the limit is read and the method refused`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send("POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n")
    connection.send([UInt8](repeating: 1, count: 65536))
    #expect(try connection.answer().status == 405)
    connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try connection.answer().status == 200)
  }

  @Test(arguments: [
    ("/" + String(repeating: "a", count: 9000), 0, 414, "target_too_long"),
    ("/v1/status", 20_000, 431, "head_too_large"), ("/v1/status", 2_000_000, 431, "head_too_large"),
  ])
  func `a head over the limit is refused`(target: String, headerBytes: Int, status: Int, code: String) throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send("GET \(target) HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "b", count: headerBytes))\r\n\r\n")
    let answer = try connection.answer()
    #expect(answer.status == status)
    #expect(answer.error?.code == code)
    #expect(try isAlive(server))
  }

  @Test func `more than a hundred header fields are refused`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send("GET /v1/status HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 200) + "\r\n")
    #expect(try connection.answer().status == 431)
  }

  @Test func `a connection too many is told so, and served when others end`() throws {
    let server = try TestServer { $0.connections = 4 }
    var connections = try (0..<4).map { _ in try server.connect() }
    for connection in connections {
      connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try connection.answer().status == 200)
    }
    let excess = try server.request("/v1/status")
    #expect(excess.status == 503)
    #expect(excess.error?.code == "too_many_connections")
    connections = []
    var status = 0
    for _ in 0..<100 where status != 200 {
      usleep(10_000)
      status = try server.request("/v1/status").status
    }
    #expect(status == 200)
  }

  @Test func `two hundred connections at once do no harm`() throws {
    let server = try TestServer()
    var connections = try (0..<200).map { _ in try server.connect() }
    for connection in connections { connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n") }
    let statuses = connections.map { (try? $0.answer().status) ?? 0 }
    #expect(statuses.count { $0 == 200 } == 64)
    #expect(statuses.count { $0 == 503 } == 64)
    #expect(statuses.count { $0 == 0 } == 72, "beyond twice the limit there is no answer")
    connections = []
    usleep(100_000)
    #expect(try isAlive(server))
  }

  @Test(arguments: ["Connection: upgrade\r\nUpgrade: websocket\r\n", "Expect: 100-continue\r\n"])
  func `what HTTP offers besides is answered plainly`(headers: String) throws {
    let server = try TestServer()
    let connection = try server.connect()
    connection.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\(headers)\r\n")
    #expect(try connection.answer().status == 200)
    #expect(try isAlive(server))
  }
}
