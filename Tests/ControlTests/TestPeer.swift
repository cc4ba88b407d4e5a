import NIOCore
import NIOPosix

/// A server on loopback that does one thing with whoever speaks to it.
final class TestPeer: Sendable {
  /// What it does.
  enum Manner: Sendable {
    /// Answers each piece that comes with this.
    case answers(String)
    /// Says nothing.
    case silent
    /// Ends the connection as soon as something comes.
    case closes
    /// A byte every 20 ms.
    case drips(String)
    /// This, over and over.
    case endless(first: String, String)
  }

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel

  /// The port on 127.0.0.1.
  var port: UInt16 { UInt16(channel.localAddress?.port ?? 0) }

  init(_ manner: Manner) throws {
    channel = try ServerBootstrap(group: group).serverChannelOption(.backlog, value: 1024)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(PeerHandler(manner)) }
      }.bind(host: "127.0.0.1", port: 0).wait()
  }

  deinit { try? group.syncShutdownGracefully() }
}

private final class PeerHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let manner: TestPeer.Manner

  init(_ manner: TestPeer.Manner) { self.manner = manner }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch manner {
    case .answers(let text): context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
    case .silent: break
    case .closes: context.close(promise: nil)
    case .drips(let text): drip(Array(text.utf8)[...], context.channel)
    case .endless(let first, let text):
      context.writeAndFlush(NIOAny(ByteBuffer(string: first)), promise: nil)
      flood(text, context.channel)
    }
  }

  private func drip(_ bytes: ArraySlice<UInt8>, _ channel: any Channel) {
    guard let first = bytes.first, channel.isActive else { return }
    channel.writeAndFlush(ByteBuffer(bytes: [first]), promise: nil)
    _ = channel.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
      self.drip(bytes.dropFirst(), channel)
    }
  }

  private func flood(_ text: String, _ channel: any Channel) {
    channel.writeAndFlush(ByteBuffer(string: text)).assumeIsolated().whenSuccess { self.flood(text, channel) }
  }
}
