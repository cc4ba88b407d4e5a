import NIOCore

/// Sends one datagram, and judges what comes back.
final class DatagramProbe: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let exchange: DatagramExchange
  private let attempt: Attempt

  init(_ exchange: DatagramExchange, _ attempt: Attempt) {
    self.exchange = exchange
    self.attempt = attempt
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let outcome = exchange.judge(Array(unwrapInboundIn(data).data.readableBytesView)) else { return }
    attempt.finish(outcome)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { attempt.fail(error, exchange.name) }
}
