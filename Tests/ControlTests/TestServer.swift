import Configuration
@testable import Control
import Foundation
import Logging
import Net
import NIOCore

/// A bench that answers on a Unix socket in a directory of its own.
final class TestServer {
  let bench: Bench
  let path: String
  /// Where the file is that the instance was started with, if it was.
  let file: String
  let controls: Controls
  let server: ControlServer
  private let directory: TestDirectory

  /// - Parameter file: whether the instance was started with a file, which is then in the server's directory.
  init(
    metrics: Bool = false, _ bench: Bench? = nil, file: Bool = false, adjust: (inout ControlLimits) -> Void = { _ in }
  ) throws {
    self.bench = try bench ?? Bench()
    directory = try TestDirectory()
    self.file = directory.path + "/sluice.yaml"
    if file { try Bench.text.write(toFile: self.file, atomically: false, encoding: .utf8) }
    path = directory.path + "/control.sock"
    var limits = ControlLimits()
    adjust(&limits)
    let text = "control: { metrics: \"127.0.0.1:\(Self.freePort())\" }\n" + Bench.withoutServices
    let listen = try ConfigurationReader.read(text: text, file: "f").configuration.control.metrics
    controls = self.bench.controls(file: file ? self.file : nil)
    server = try ControlServer.start(
      instance: self.bench.instance, controls: controls, socket: ControlSocket(claiming: path),
      metrics: metrics ? listen : nil, limits: limits, logger: Bench.silence)
  }

  deinit {
    controls.close()
    server.stop()
  }

  func connect() throws -> RawConnection { try RawConnection(path) }

  /// The answer to a request of its own connection.
  ///
  /// - Parameters:
  ///   - body: sent as JSON unless `fields` say otherwise.
  ///   - fields: further header fields, each with its line end.
  func request(
    _ target: String, method: String = "GET", body: String? = nil, fields: String = ""
  ) throws -> RawConnection.Answer {
    let connection = try connect()
    var head = "\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(fields)"
    if let body {
      if !fields.lowercased().contains("content-type:") { head += "Content-Type: application/json\r\n" }
      head += "Content-Length: \(body.utf8.count)\r\n"
    }
    connection.send(head + "\r\n" + (body ?? ""))
    return try connection.answer(toHead: method == "HEAD")
  }

  /// A TCP port that nobody listens on at this moment.
  private static func freePort() -> Int {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        _ = bind(descriptor, raw, size)
        _ = getsockname(descriptor, raw, &size)
      }
    }
    return Int(in_port_t(bigEndian: address.sin_port))
  }
}

/// A directory that is gone after the test.
final class TestDirectory {
  let path: String

  init() throws {
    // Short: a socket's path has at most 107 bytes.
    path = "/tmp/sluice-test-" + String(UInt64.random(in: 0 ... .max), radix: 36)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
