import Glibc
import NIOCore
import NIOPosix

/// Checks that send one datagram.
extension Attempt {
  /// Sends a datagram of UDP.
  func send(_ exchange: DatagramExchange, to address: SocketAddress, by path: ProbePath? = nil) throws {
    let bootstrap = DatagramBootstrap(group: loop)
    guard let path else { return exchangeDatagrams(exchange, on: bootstrap, to: address) { $0.connect(to: address) } }
    let handle = try datagramSocket([(CInt(SOCK_DGRAM.rawValue), 0)], to: address, by: path)
    exchangeDatagrams(exchange, on: bootstrap, to: address) { $0.withBoundSocket(handle) }
  }

  /// Sends an ICMP echo, by a socket for echoes where the system lets this process have one, else by a raw one.
  /// Connected, so that the system brings what this server answers and nothing else.
  func echo(to address: SocketAddress, by path: ProbePath? = nil) throws {
    let random = UInt64.random(in: 0...UInt64.max)
    // The last bits are a raw socket's identifier; the other one's is the port that it is bound to.
    let token = path.map { random & ~0xFFFF | UInt64($0.port) } ?? random
    let number = CInt(IPPROTO_ICMP)
    let handle = try datagramSocket(
      [(CInt(SOCK_DGRAM.rawValue), number), (CInt(SOCK_RAW.rawValue), number)], to: address, by: path)
    let exchange = DatagramExchange.echo(EchoRequest(token: token))
    exchangeDatagrams(exchange, on: DatagramBootstrap(group: loop), to: address) { $0.withBoundSocket(handle) }
  }

  private func exchangeDatagrams(
    _ exchange: DatagramExchange, on bootstrap: DatagramBootstrap, to address: SocketAddress,
    _ open: (DatagramBootstrap) -> EventLoopFuture<any Channel>
  ) {
    silence = exchange.silence
    let prepared = bootstrap.channelInitializer { channel in
      self.own(channel)
      return channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(DatagramProbe(exchange, self))
      }
    }
    open(prepared).whenComplete { result in
      switch result {
      case .success(let channel):
        let envelope = AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: exchange.bytes))
        channel.writeAndFlush(envelope).whenFailure { self.fail($0, exchange.name) }
      case .failure(let error): self.fail(error, exchange.name)
      }
    }
  }
}
