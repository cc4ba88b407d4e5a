import EAL
import Foundation

/// Asks the daemon on its Unix socket; one connection a request, and the caller waits.
public struct ControlClient: Sendable {
  /// Where the daemon listens when nobody says otherwise: the default of `control.socket`.
  public static let defaultSocket = "/run/sluice/control.sock"
  /// The most bytes of an answer.
  static let answerLimit = 1 << 30

  /// Where the daemon listens.
  public var socket: String
  /// Seconds that it may be silent.
  public var timeout: Int

  /// A client of the daemon that listens at `socket`.
  public init(socket: String = Self.defaultSocket, timeout: Int = 10) {
    self.socket = socket
    self.timeout = timeout
  }

  /// The body of `path`'s answer.
  public func get(_ path: String) throws(ClientError) -> Data { try send(ClientRequest("GET", path)) }

  /// The body of a request's answer.
  ///
  /// - Throws: `ClientError`, also when the daemon refuses the request.
  public func send(_ request: ClientRequest) throws(ClientError) -> Data {
    let descriptor = try connect()
    defer { close(descriptor) }
    try send(request.bytes, on: descriptor)
    let bytes = try receive(on: descriptor)
    guard !bytes.isEmpty else { throw .noAnswer(path: socket) }
    let answer: HTTPAnswer
    do throws(HTTPAnswer.Malformed) {
      answer = try HTTPAnswer(bytes)
    } catch {
      throw .badAnswer(path: socket, reason: error.reason)
    }
    guard answer.status == 200 else {
      let refusal = try? ErrorReport(json: answer.body)
      throw .refused(
        status: answer.status, message: refusal?.error.message ?? "the daemon answers with status \(answer.status)")
    }
    return answer.body
  }

  /// The report at `path`.
  public func report<R: Report>(_ path: String, as type: R.Type) throws(ClientError) -> R {
    try report(ClientRequest("GET", path), as: type)
  }

  /// The report that a request is answered with.
  public func report<R: Report>(_ request: ClientRequest, as type: R.Type) throws(ClientError) -> R {
    let body = try send(request)
    do {
      return try R(json: body)
    } catch {
      throw .badAnswer(path: socket, reason: "\(error)")
    }
  }

  /// The JSON at `path`, as the daemon wrote it.
  public func text(_ path: String) throws(ClientError) -> String { String(decoding: try get(path), as: UTF8.self) }

  /// Where the backends of one service are, or with nil those of all.
  public static func backendsPath(ofService name: String?) -> String {
    guard let name else { return "/v1/backends" }
    return "/v1/backends?service=" + ClientRequest.encoded(name)
  }

  func connect() throws(ClientError) -> CInt {
    guard let address = UnixAddress(socket) else {
      throw .noDaemon(path: socket, reason: "the path is too long for a socket")
    }
    guard case .success(let descriptor) = UnixAddress.makeSocket() else {
      throw .noDaemon(path: socket, reason: systemMessage(errno))
    }
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    guard let error = address.connect(descriptor) else { return descriptor }
    close(descriptor)
    switch error.code {
    case EACCES, EPERM: throw .notPermitted(path: socket)
    case EAGAIN, ETIMEDOUT: throw .timeout(path: socket, seconds: timeout)
    default: throw .noDaemon(path: socket, reason: error.reason)
    }
  }

  func send(_ request: Data, on descriptor: CInt) throws(ClientError) {
    var rest = request
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      // It may have refused and closed already: then its answer says why.
      if count < 0, errno == EPIPE || errno == ECONNRESET { return }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
  }

  private func receive(on descriptor: CInt) throws(ClientError) -> Data {
    var answer = Data()
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while answer.count <= Self.answerLimit {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      if count == 0 || count < 0 && errno == ECONNRESET { return answer }
      guard count > 0 else { throw failure() }
      answer += chunk.prefix(count)
    }
    throw .badAnswer(path: socket, reason: "the answer has more than \(Self.answerLimit) bytes")
  }

  func failure() -> ClientError {
    switch errno {
    case EAGAIN: .timeout(path: socket, seconds: timeout)
    default: .noDaemon(path: socket, reason: systemMessage(errno))
    }
  }
}
