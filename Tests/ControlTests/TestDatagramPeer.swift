import NIOCore
import NIOPosix

/// A server of UDP on loopback.
final class TestDatagramPeer: Sendable {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel

  /// The port on 127.0.0.1.
  var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

  /// - Parameter answer: what a datagram is answered with; nil: nothing.
  init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
    channel = try DatagramBootstrap(group: group).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(DatagramPeerHandler(answer))
      }
    }.bind(host: "127.0.0.1", port: 0).wait()
  }

  deinit { try? group.syncShutdownGracefully() }
}

private final class DatagramPeerHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let answer: @Sendable ([UInt8]) -> [UInt8]?

  init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let bytes = answer(Array(envelope.data.readableBytesView)) else { return }
    let reply = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: bytes))
    context.writeAndFlush(NIOAny(reply), promise: nil)
  }
}
