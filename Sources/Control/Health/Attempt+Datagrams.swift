import Glibc
import NIOCore
import NIOPosix

/// Checks that send one datagram.
extension Attempt {
  /// Sends a datagram of UDP.
  func send(_ exchange: DatagramExchange, to address: SocketAddress) {
    exchangeDatagrams(exchange, on: DatagramBootstrap(group: loop), to: address) { $0.connect(to: address) }
  }

  /// Sends an ICMP echo, by a socket for echoes where the system lets this process have one, else by a raw one.
  func echo(to address: SocketAddress) {
    let exchange = DatagramExchange.echo(EchoRequest(token: .random(in: 0...UInt64.max)))
    let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    var descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | flags, CInt(IPPROTO_ICMP))
    if descriptor < 0 { descriptor = socket(AF_INET, CInt(SOCK_RAW.rawValue) | flags, CInt(IPPROTO_ICMP)) }
    guard descriptor >= 0 else { return fail(IOError(errnoCode: errno, reason: "socket"), "echo") }
    // Connected, so that the system brings what this server answers and nothing else.
    let isConnected = address.withSockAddr { Glibc.connect(descriptor, $0, socklen_t($1)) == 0 }
    guard isConnected else {
      let error = IOError(errnoCode: errno, reason: "connect")
      close(descriptor)
      return fail(error, "echo")
    }
    let handle = descriptor
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
