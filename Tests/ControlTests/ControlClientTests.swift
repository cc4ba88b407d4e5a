import Configuration
@testable import Control
import Foundation
import Testing

@Suite(.serialized) struct ControlClientTests {
  @Test func `a report comes as it was sent`() throws {
    let server = try TestServer()
    server.bench.addTraffic()
    let client = ControlClient(socket: server.path)
    let report = try client.report("/v1/backends", as: BackendsReport.self)
    #expect(report == BackendsReport(server.bench.reading))
    #expect(try client.text("/v1/drops").hasPrefix("{\n"))
  }

  @Test(arguments: ["web", "a b/ü", "10.0.2.101/icmp"])
  func `the backends of one service are found by its name, whatever it contains`(name: String) throws {
    let server = try TestServer()
    let path = ControlClient.backendsPath(ofService: name)
    let report = try ControlClient(socket: server.path).report(path, as: BackendsReport.self)
    #expect(report.backends.allSatisfy { $0.service == name })
    #expect(ControlClient.backendsPath(ofService: nil) == "/v1/backends")
  }

  @Test func `without a daemon there is exit status 3 and a sentence`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    let missing = #expect(throws: ClientError.self) { try ControlClient(socket: path).get("/v1/status") }
    #expect(missing?.exitStatus == 3)
    #expect(missing?.description == "no sluice answers at \(path): No such file or directory")
    let stale = try ControlSocket(claiming: path)
    if let descriptor = stale.takeDescriptor() { close(descriptor) }
    let refused = #expect(throws: ClientError.self) { try ControlClient(socket: path).get("/v1/status") }
    #expect(refused?.exitStatus == 3)
    #expect(refused?.description == "no sluice answers at \(path): Connection refused")
    let long = String(repeating: "a", count: 200)
    #expect(throws: ClientError.self) { try ControlClient(socket: long).get("/v1/status") }
  }

  @Test func `what the daemon refuses is exit status 1 with its reason`() throws {
    let server = try TestServer()
    let error = #expect(throws: ClientError.self) {
      try ControlClient(socket: server.path).get("/v1/backends?service=nobody")
    }
    #expect(error == .refused(status: 404, message: "no service is named 'nobody'"))
    #expect(error?.exitStatus == 1)
  }

  @Test func `a daemon that is silent is given up`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    let silent = try ControlSocket(claiming: path)
    defer { silent.release() }
    let error = #expect(throws: ClientError.self) { try ControlClient(socket: path, timeout: 1).get("/v1/status") }
    #expect(error == .timeout(path: path, seconds: 1))
    #expect(error?.exitStatus == 3)
  }

  @Test func `a connection that ends without an answer is no answer`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    let socket = try ControlSocket(claiming: path)
    let listener = try #require(socket.takeDescriptor())
    defer {
      close(listener)
      socket.release()
    }
    Thread.detachNewThread {
      let connection = accept(listener, nil, nil)
      var request = [UInt8](repeating: 0, count: 4096)
      _ = read(connection, &request, request.count)
      close(connection)
    }
    let error = #expect(throws: ClientError.self) { try ControlClient(socket: path).get("/v1/status") }
    #expect(error == .noAnswer(path: path))
    #expect(error?.exitStatus == 3)
    #expect(error?.description.contains("too many") == true)
  }

  @Test(arguments: [
    "", "rubbish", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\n\r\nabc", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 x\r\nContent-Length: 0\r\n\r\n",
  ])
  func `what is not an answer is malformed`(text: String) {
    #expect(throws: HTTPAnswer.Malformed.self) { try HTTPAnswer(Data(text.utf8)) }
  }

  @Test func `an answer has a status and a body`() throws {
    let answer = try HTTPAnswer(Data("HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nabc".utf8))
    #expect(answer.status == 404)
    #expect(answer.body == Data("abc".utf8))
  }

  @Test func `the default socket is that of the configuration`() throws {
    let configuration = try ConfigurationReader.read(text: Bench.withoutServices, file: "f").configuration
    #expect(ControlClient.defaultSocket == configuration.control.socket)
  }
}
