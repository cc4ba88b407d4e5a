@testable import Control
import Foundation
import Testing

@Suite(.serialized) struct ControlSocketTests {
  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// A socket file that nobody listens on, as a killed process leaves it.
  private func leaveStale(_ path: String) throws {
    let address = try #require(UnixAddress(path))
    guard case .success(let descriptor) = UnixAddress.makeSocket() else { throw RawConnection.Ended() }
    #expect(address.bind(descriptor) == nil)
    close(descriptor)
  }

  @Test func `the socket is its owner's alone, in a directory made for it`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/made/for/it/control.sock"
    let socket = try ControlSocket(claiming: path)
    #expect(mode(path) == 0o600)
    #expect(mode(directory.path + "/made/for/it") == 0o755)
    socket.release()
    #expect(!exists(path))
    socket.release()
  }

  @Test func `the socket gets the mode and the group that the configuration names`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    for (group, number) in [("daemon", gid_t(1)), ("4242", 4242)] {
      let socket = try ControlSocket(claiming: path, mode: 0o660, group: group)
      defer { socket.release() }
      var status = stat()
      #expect(lstat(path, &status) == 0)
      #expect(mode(path) == 0o660)
      #expect(status.st_gid == number)
    }
    let error = #expect(throws: ControlError.self) { try ControlSocket(claiming: path, group: "nobody-knows-it") }
    #expect(error?.description.contains("'control.socket_group'") == true)
    #expect(!exists(path))
  }

  @Test func `98: a socket that a killed process left is replaced`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    try leaveStale(path)
    #expect(exists(path))
    let socket = try ControlSocket(claiming: path)
    #expect((try? RawConnection(path)) != nil)
    socket.release()
    #expect(!exists(path))
  }

  @Test func `97: a second instance is refused with a sentence, and the first goes on`() throws {
    let server = try TestServer()
    let error = #expect(throws: ControlError.self) { try ControlSocket(claiming: server.path) }
    #expect(error == .anotherInstance(path: server.path, pid: getpid()))
    #expect(error?.description.contains("(process \(getpid())) answers on \(server.path)") == true)
    #expect(try server.request("/v1/status").status == 200)
  }

  @Test func `97: an instance that has not come up yet keeps the second out too`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    let first = try ControlSocket(claiming: path)
    #expect(throws: ControlError.self) { try ControlSocket(claiming: path) }
    first.release()
    try ControlSocket(claiming: path).release()
  }

  @Test func `of many instances that start at once on a left-over socket one wins`() async throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    for _ in 0..<20 {
      try leaveStale(path)
      let winners = await withTaskGroup(of: ControlSocket?.self) { group in
        for _ in 0..<4 { group.addTask { try? ControlSocket(claiming: path) } }
        return await group.reduce(into: [ControlSocket]()) { if let socket = $1 { $0.append(socket) } }
      }
      #expect(winners.count == 1)
      for winner in winners { winner.release() }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [], "102: no lock is left")
  }

  @Test func `a file that is no socket is left alone`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: ControlError.self) { try ControlSocket(claiming: path) }
    #expect(error == .notASocket(path: path))
    #expect(exists(path))
  }

  @Test func `a stop leaves the socket of a successor alone`() throws {
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    let first = try ControlSocket(claiming: path)
    unlink(path)
    let second = try ControlSocket(claiming: path)
    first.release()
    #expect(exists(path))
    second.release()
    #expect(!exists(path))
  }

  @Test func `a path that cannot be is refused with a sentence`() throws {
    let directory = try TestDirectory()
    let long = directory.path + "/" + String(repeating: "a", count: 100)
    #expect(throws: ControlError.pathTooLong(path: long)) { try ControlSocket(claiming: long) }
    try Data().write(to: URL(fileURLWithPath: directory.path + "/file"))
    let error = #expect(throws: ControlError.self) {
      try ControlSocket(claiming: directory.path + "/file/control.sock")
    }
    #expect(error?.description.hasPrefix("cannot make the directory \(directory.path)/file") == true)
  }

  @Test func `whoever connects before the server runs is answered when it does`() throws {
    let bench = try Bench()
    let directory = try TestDirectory()
    let path = directory.path + "/control.sock"
    let socket = try ControlSocket(claiming: path)
    let early = try RawConnection(path)
    early.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
    let server = try ControlServer.start(
      instance: bench.instance, controls: bench.controls(), socket: socket, metrics: nil, logger: .init(label: "test"))
    #expect(try early.answer().status == 200)
    server.stop()
    #expect(!exists(path))
  }
}
