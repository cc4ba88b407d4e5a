import Foundation
import NIOCore
import NIOHTTP1

/// The way back from another thread to a connection's event loop; nothing happens there once the connection is gone.
private struct Here: Sendable {
  private let bound: NIOLoopBound<(ConnectionHandler, ChannelHandlerContext)>
  private let loop: any EventLoop

  init(_ handler: ConnectionHandler, _ context: ChannelHandlerContext) {
    bound = NIOLoopBound((handler, context), eventLoop: context.eventLoop)
    loop = context.eventLoop
  }

  func run(_ action: @escaping @Sendable (ConnectionHandler, ChannelHandlerContext) -> Void) {
    loop.execute {
      let (handler, context) = bound.value
      if context.channel.isActive { action(handler, context) }
    }
  }
}

/// How answers go out.
extension ConnectionHandler {
  /// Has the next request answered, unless one is being answered.
  func answerNext(_ context: ChannelHandlerContext) {
    guard !isAnswering, !waiting.isEmpty else { return }
    isAnswering = true
    switch waiting.removeFirst() {
    case .request(let head, let body):
      let isLast = !head.isKeepAlive || head.headers.contains(name: "upgrade") || head.method == .CONNECT
      answer(head, body, isLast: isLast, context)
    case .refusal(let refusal): write(ControlResponse(refusal), to: nil, isLast: true, context)
    }
  }

  private func answer(_ head: HTTPRequestHead, _ body: [UInt8], isLast: Bool, _ context: ChannelHandlerContext) {
    switch router.answer(head, body: body) {
    case .now(let response): write(response, to: head, isLast: isLast, context)
    case .later(let work):
      // Whoever does the work has a limit of its own; the client's time begins again with the answer.
      disarm()
      let here = Here(self, context)
      work { response in here.run { $0.write(response, to: head, isLast: isLast, $1) } }
    }
  }

  private func write(
    _ response: ControlResponse, to request: HTTPRequestHead?, isLast: Bool, _ context: ChannelHandlerContext
  ) {
    if let request { router.note(request, response.status) }
    // HTTP/1.0 knows no chunks, and the head alone of a chunked answer is not to be told from the beginning of a whole
    // one by the encoder: there the end of the connection is the end of the answer.
    let isUnbounded = response.rest != nil && (request?.version.minor == 0 || request?.method == .HEAD)
    let isLast = isLast || isUnbounded
    var headers = HTTPHeaders([
      ("Content-Type", response.contentType), ("Cache-Control", "no-store"),
      ("Connection", isLast ? "close" : "keep-alive"),
    ])
    if response.rest == nil {
      headers.add(name: "Content-Length", value: "\(response.body.count)")
    } else if !isUnbounded {
      headers.add(name: "Transfer-Encoding", value: "chunked")
    }
    if let allowed = response.allowed { headers.add(name: "Allow", value: allowed) }
    if let generation = response.generation { headers.add(name: "ETag", value: "\"\(generation)\"") }
    // An answer takes as long as a request may: a client that does not read is cut off.
    arm(limits.patience, context)
    context.write(
      wrapOutboundOut(
        .head(
          HTTPResponseHead(version: isUnbounded ? .http1_0 : .http1_1, status: response.status, headers: headers))),
      promise: nil)
    guard request?.method != .HEAD else { return finish(isLast: isLast, context) }
    guard let rest = response.rest else {
      if !response.body.isEmpty { context.write(wrapOutboundOut(piece(response.body)), promise: nil) }
      return finish(isLast: isLast, context)
    }
    write(response.body, then: rest, isLast: isLast, context)
  }

  /// Writes a piece and, when the client has taken it, asks for the next.
  private func write(
    _ data: Data, then rest: any PieceSource, isLast: Bool, _ context: ChannelHandlerContext
  ) {
    arm(limits.patience, context)
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.assumeIsolated().whenComplete { result in
      guard case .success = result else { return context.close(promise: nil) }
      self.disarm()
      let here = Here(self, context)
      rest.next { next in
        here.run { handler, context in
          guard let next else { return handler.finish(isLast: isLast, context) }
          handler.write(next, then: rest, isLast: isLast, context)
        }
      }
    }
    context.writeAndFlush(wrapOutboundOut(piece(data)), promise: taken)
  }

  private func piece(_ data: Data) -> HTTPServerResponsePart { .body(.byteBuffer(ByteBuffer(bytes: data))) }

  private func finish(isLast: Bool, _ context: ChannelHandlerContext) {
    arm(limits.patience, context)
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
}
