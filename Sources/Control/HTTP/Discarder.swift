import NIOCore

/// Throws away what a client still sends after its last answer, before any decoder sees it.
final class Discarder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func channelReadComplete(context: ChannelHandlerContext) { context.read() }
}
