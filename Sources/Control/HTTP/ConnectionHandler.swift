import NIOCore
import NIOHTTP1

/// One client's connection: reads one request at a time, has it answered, writes the answer, and only then
/// takes the next. So pipelined requests keep their order, and a client that does not read what it asked
/// for holds up nobody and fills no memory.
///
/// The channel does not read by itself: this handler asks for every read. `ConnectionHandler+Answers.swift` writes.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  enum Waiting {
    case request(HTTPRequestHead, body: [UInt8])
    /// The last answer: what follows on the connection cannot be understood, or is not wanted.
    case refusal(ControlRefusal)
  }

  // Set at start, never changed.
  let router: Router
  let limits: ControlLimits
  private let isExcess: Bool

  // This connection's event loop only.
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  var waiting: [Waiting] = []
  var isAnswering = false
  var hasAnswered = false
  var isEnding = false
  var inputIsClosed = false
  private var deadline: Scheduled<Void>?

  /// - Parameter isExcess: whether the client is one too many, to be told so.
  init(router: Router, limits: ControlLimits, isExcess: Bool) {
    self.router = router
    self.limits = limits
    self.isExcess = isExcess
  }

  func channelActive(context: ChannelHandlerContext) {
    arm(limits.patience, context)
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    disarm()
    isEnding = true
    waiting = []
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let bytes): extend(by: bytes, context)
    case .end:
      guard let head else { return }
      self.head = nil
      enqueue(.request(head, body: body), context)
      body = []
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) { readOn(context) }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed else { return }
    inputIsClosed = true
    if isEnding || !isAnswering && waiting.isEmpty { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.headerOverflow:
      let limit = "the request's head is larger than \(limits.headBytes) bytes"
      enqueue(.refusal(ControlRefusal(.requestHeaderFieldsTooLarge, "head_too_large", limit)), context)
    case HTTPParserError.invalidVersion:
      enqueue(.refusal(ControlRefusal(.httpVersionNotSupported, "http_version", "HTTP/1.1 is spoken here")), context)
    case is HTTPParserError, is ByteToMessageDecoderError:
      enqueue(.refusal(ControlRefusal(.badRequest, "not_http", "this is not an HTTP/1.1 request")), context)
    default: context.close(promise: nil)
    }
  }

  // Requests

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    self.head = head
    body = []
    let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    if isExcess {
      let excess = "more than \(limits.connections) connections at a time: try again later"
      enqueue(.refusal(ControlRefusal(.serviceUnavailable, "too_many_connections", excess)), context)
    } else if head.uri.utf8.count > limits.targetBytes {
      let limit = "the request's target is longer than \(limits.targetBytes) bytes"
      enqueue(.refusal(ControlRefusal(.uriTooLong, "target_too_long", limit)), context)
    } else if announced > limits.bodyBytes {
      refuseBody(context)
    } else if !isAnswering, head.version == .http1_1, announced > 0,
      head.headers[canonicalForm: "expect"].contains("100-continue")
    {
      // The client holds its body back until it is told to go on (RFC 9110, section 10.1.1).
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }
  }

  private func extend(by bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    guard head != nil else { return }
    guard body.count + bytes.readableBytes <= limits.bodyBytes else { return refuseBody(context) }
    body += bytes.readableBytesView
  }

  private func refuseBody(_ context: ChannelHandlerContext) {
    let limit = "the request's body is larger than \(limits.bodyBytes) bytes"
    enqueue(.refusal(ControlRefusal(.payloadTooLarge, "body_too_large", limit, field: "body")), context)
  }

  private func enqueue(_ next: Waiting, _ context: ChannelHandlerContext) {
    guard !isEnding else { return }
    if case .refusal = next {
      head = nil
      body = []
      // Nothing that comes after it is read as a request.
      isEnding = true
    }
    waiting.append(next)
    answerNext(context)
  }

  func readOn(_ context: ChannelHandlerContext) {
    if !isAnswering, waiting.isEmpty, !inputIsClosed { context.read() }
  }

  // Time

  func arm(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.timeIsUp(context) }
  }

  func disarm() { deadline?.cancel() }

  private func timeIsUp(_ context: ChannelHandlerContext) {
    let isIdle = hasAnswered && head == nil
    guard !isAnswering, !isEnding, !isIdle else { return context.close(promise: nil) }
    let limit = "no whole request within \(limits.patience.nanoseconds / 1_000_000) ms"
    enqueue(.refusal(ControlRefusal(.requestTimeout, "timeout", limit)), context)
  }
}
