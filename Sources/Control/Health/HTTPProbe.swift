import Configuration
import NIOCore
import NIOHTTP1

/// Asks a server over HTTP/1.1, and judges its answer by the status and by what its body contains. It reads no more than
/// it needs, and of a body at most `bodyLimit`. Redirects are answers like others.
final class HTTPProbe: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// Bytes of a body in which the wanted text must stand.
  static let bodyLimit = 64 << 10

  private let check: CheckSettings
  private let host: String
  private let attempt: Attempt
  private var body: [UInt8] = []

  init(_ check: CheckSettings, _ target: CheckTarget, _ attempt: Attempt) {
    self.check = check
    self.attempt = attempt
    host = check.host ?? "\(target.address)\(target.port == 80 ? "" : ":\(target.port)")"
  }

  /// Makes a connection's pipeline.
  func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws {
    try pipeline.addHandler(HTTPRequestEncoder())
    try pipeline.addHandler(
      ByteToMessageHandler(
        HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes), maximumBufferSize: 2 * Self.bodyLimit))
    try pipeline.addHandler(self)
  }

  func channelActive(context: ChannelHandlerContext) {
    let method: HTTPMethod =
      switch check.method {
      case .get: .GET
      case .head: .HEAD
      case .options: .OPTIONS
      }
    let headers = HTTPHeaders([
      ("Host", host), ("User-Agent", "sluice"), ("Accept", "*/*"), ("Connection", "close"),
    ])
    context.write(
      wrapOutboundOut(.head(HTTPRequestHead(version: .http1_1, method: method, uri: check.path, headers: headers))),
      promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !attempt.isOver else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      guard check.status.contains(head.status.code) else {
        return attempt.finish(.failure("answered \(head.status.code)"))
      }
      if check.body == nil { attempt.finish(.pass) }
    case .body(let bytes): look(bytes)
    case .end: attempt.finish(.failure(lack))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    attempt.finish(.failure("closed the connection without \(body.isEmpty ? "an" : "a whole") answer"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is HTTPParserError, is ByteToMessageDecoderError: attempt.finish(.failure("answered what is not HTTP"))
    default: attempt.fail(error, "request")
    }
  }

  private var lack: String { "body without '\(check.body ?? "")'" }

  private func look(_ bytes: ByteBuffer) {
    guard let wanted = check.body else { return }
    // The text may stand across two pieces: only what is new is searched, and as much before it.
    let from = max(0, body.count - wanted.utf8.count)
    body += bytes.readableBytesView.prefix(Self.bodyLimit - body.count)
    if body[from...].containsBytes(of: wanted) {
      attempt.finish(.pass)
    } else if body.count >= Self.bodyLimit {
      attempt.finish(.failure(lack))
    }
  }
}
