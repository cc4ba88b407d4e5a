@testable import Control
import Foundation

/// A client that sends bytes as a test wants them, over the Unix socket or TCP.
final class RawConnection {
  /// One answer as it came.
  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: Data

    var error: ErrorReport.Reason? { try? ErrorReport(json: body).error }
  }

  struct Ended: Error {}

  private let descriptor: CInt
  private var received = Data()

  init(_ path: String) throws {
    guard let address = UnixAddress(path), case .success(let made) = UnixAddress.makeSocket() else { throw Ended() }
    descriptor = made
    guard address.connect(made) == nil else { throw Ended() }
    setTimeout()
  }

  /// Over TCP, to this machine.
  init(port: Int) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Ended() }
    setTimeout()
  }

  deinit { close(descriptor) }

  private func setTimeout() {
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Bytes that went out; fewer than given when the server no longer takes any.
  @discardableResult
  func send(_ bytes: some Sequence<UInt8>) -> Int {
    let bytes = Array(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return sent }
      sent += count
    }
    return sent
  }

  @discardableResult
  func send(_ text: String) -> Int { send(Array(text.utf8)) }

  /// Says that nothing more will come.
  func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// The next answer. `toHead`: it answers a HEAD request, so it has no body.
  func answer(toHead: Bool = false) throws -> Answer {
    var gap = received.firstRange(of: Data("\r\n\r\n".utf8))
    while gap == nil {
      try receive()
      gap = received.firstRange(of: Data("\r\n\r\n".utf8))
    }
    guard let gap else { throw Ended() }
    let lines = String(decoding: received[..<gap.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let headers = lines.dropFirst().reduce(into: [String: String]()) { result, line in
      let halves = line.components(separatedBy: ": ")
      if halves.count == 2 { result[halves[0].lowercased()] = halves[1] }
    }
    guard let status = Int(lines[0].split(separator: " ")[1]) else { throw Ended() }
    let head = Data(received[..<gap.upperBound])
    received = Data(received[gap.upperBound...])
    if headers["transfer-encoding"] == "chunked", !toHead {
      while received.suffix(5) != Data("0\r\n\r\n".utf8) { try receive() }
      defer { received = Data() }
      return Answer(status: status, headers: headers, body: try HTTPAnswer(head + received).body)
    }
    let length = toHead ? 0 : Int(headers["content-length"] ?? "") ?? 0
    while received.count < length { try receive() }
    defer { received = Data(received.dropFirst(length)) }
    return Answer(status: status, headers: headers, body: Data(received.prefix(length)))
  }

  /// Whether the server ends the connection without sending anything more.
  func endsNow() -> Bool { received.isEmpty && (try? receive()) == nil }

  private func receive() throws {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { throw Ended() }
    received += chunk.prefix(count)
  }
}
