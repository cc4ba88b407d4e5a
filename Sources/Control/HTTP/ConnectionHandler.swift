import NIOCore
import NIOHTTP1

/// One client's connection: reads one request at a time, has it answered, writes the answer, and only then
/// takes the next. So pipelined requests keep their order, and a client that does not read what it asked
/// for holds up nobody and fills no memory.
///
/// The channel does not read by itself: this handler asks for every read.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Waiting {
    case request(HTTPRequestHead)
    /// The last answer: what follows on the connection cannot be understood, or is not wanted.
    case refusal(ControlRefusal)
  }

  // Set at start, never changed.
  private let router: Router
  private let limits: ControlLimits
  private let isExcess: Bool

  // This connection's event loop only.
  private var head: HTTPRequestHead?
  private var bodyBytes = 0
  private var waiting: [Waiting] = []
  private var isAnswering = false
  private var hasAnswered = false
  private var isEnding = false
  private var inputIsClosed = false
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
    deadline?.cancel()
    isEnding = true
    waiting = []
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isEnding else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let bytes): extend(by: bytes.readableBytes, context)
    case .end:
      guard let head else { return }
      self.head = nil
      enqueue(.request(head), context)
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
    bodyBytes = 0
    if isExcess {
      let excess = "more than \(limits.connections) connections at a time: try again later"
      enqueue(.refusal(ControlRefusal(.serviceUnavailable, "too_many_connections", excess)), context)
    } else if head.uri.utf8.count > limits.targetBytes {
      let limit = "the request's target is longer than \(limits.targetBytes) bytes"
      enqueue(.refusal(ControlRefusal(.uriTooLong, "target_too_long", limit)), context)
    } else if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }) {
      extend(by: 0, announced: length, context)
    }
  }

  private func extend(by count: Int, announced: Int = 0, _ context: ChannelHandlerContext) {
    bodyBytes += count
    guard head != nil, max(bodyBytes, announced) > limits.bodyBytes else { return }
    let limit = "the request's body is larger than \(limits.bodyBytes) bytes"
    enqueue(.refusal(ControlRefusal(.payloadTooLarge, "body_too_large", limit, field: "body")), context)
  }

  private func enqueue(_ next: Waiting, _ context: ChannelHandlerContext) {
    guard !isEnding else { return }
    if case .refusal = next {
      head = nil
      // Nothing that comes after it is read as a request.
      isEnding = true
    }
    waiting.append(next)
    answerNext(context)
  }

  // Answers

  private func answerNext(_ context: ChannelHandlerContext) {
    guard !isAnswering, !waiting.isEmpty else { return }
    isAnswering = true
    switch waiting.removeFirst() {
    case .request(let head):
      let isLast = !head.isKeepAlive || head.headers.contains(name: "upgrade") || head.method == .CONNECT
      write(response(to: head), to: head, isLast: isLast, context)
    case .refusal(let refusal): write(ControlResponse(refusal), to: nil, isLast: true, context)
    }
  }

  private func response(to head: HTTPRequestHead) -> ControlResponse {
    do throws(ControlRefusal) {
      return router.respond(to: try ControlRequest(head))
    } catch {
      return ControlResponse(error)
    }
  }

  private func write(
    _ response: ControlResponse, to request: HTTPRequestHead?, isLast: Bool, _ context: ChannelHandlerContext
  ) {
    var headers = HTTPHeaders([
      ("Content-Type", response.contentType), ("Content-Length", "\(response.body.count)"),
      ("Cache-Control", "no-store"), ("Connection", isLast ? "close" : "keep-alive"),
    ])
    if let allowed = response.allowed { headers.add(name: "Allow", value: allowed) }
    let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)
    // An answer takes as long as a request may: a client that does not read is cut off.
    arm(limits.patience, context)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request?.method != .HEAD, !response.body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
    }
    let done = context.eventLoop.makePromise(of: Void.self)
    done.futureResult.assumeIsolated().whenComplete { result in
      guard case .success = result else { return context.close(promise: nil) }
      self.wasAnswered(isLast: isLast, context)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
  }

  private func wasAnswered(isLast: Bool, _ context: ChannelHandlerContext) {
    isAnswering = false
    hasAnswered = true
    if isLast {
      end(context)
    } else if waiting.isEmpty, inputIsClosed {
      context.close(promise: nil)
    } else {
      arm(limits.patience, context)
      answerNext(context)
      readOn(context)
    }
  }

  /// Closes so that the client gets the last answer: a close over bytes that were never read would reset
  /// the connection and could take the answer with it.
  private func end(_ context: ChannelHandlerContext) {
    isEnding = true
    waiting = []
    guard !inputIsClosed, context.channel.isActive else { return context.close(promise: nil) }
    do {
      try context.pipeline.syncOperations.addHandler(Discarder(), position: .first)
    } catch {
      return context.close(promise: nil)
    }
    arm(limits.farewell, context)
    context.close(mode: .output, promise: nil)
    context.read()
  }

  // Time

  private func readOn(_ context: ChannelHandlerContext) {
    if !isAnswering, waiting.isEmpty, !inputIsClosed { context.read() }
  }

  private func arm(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.timeIsUp(context) }
  }

  private func timeIsUp(_ context: ChannelHandlerContext) {
    let isIdle = hasAnswered && head == nil
    guard !isAnswering, !isEnding, !isIdle else { return context.close(promise: nil) }
    let limit = "no whole request within \(limits.patience.nanoseconds / 1_000_000) ms"
    enqueue(.refusal(ControlRefusal(.requestTimeout, "timeout", limit)), context)
  }
}
