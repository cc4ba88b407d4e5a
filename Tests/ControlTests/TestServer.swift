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
  let server: ControlServer
  private let directory: TestDirectory

  init(metrics: Bool = false, _ bench: Bench? = nil, adjust: (inout ControlLimits) -> Void = { _ in }) throws {
    self.bench = try bench ?? Bench()
    directory = try TestDirectory()
    path = directory.path + "/control.sock"
    var limits = ControlLimits()
    adjust(&limits)
    let text = "control: { metrics: \"127.0.0.1:\(Self.freePort())\" }\n" + Bench.withoutServices
    let listen = try ConfigurationReader.read(text: text, file: "f").configuration.control.metrics
    server = try ControlServer.start(
      instance: self.bench.instance, socket: ControlSocket(claiming: path), metrics: metrics ? listen : nil,
      limits: limits, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  deinit { server.stop() }

  func connect() throws -> RawConnection { try RawConnection(path) }

  /// The answer to a request of its own connection.
  func request(_ target: String, method: String = "GET") throws -> RawConnection.Answer {
    let connection = try connect()
    connection.send("\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
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
