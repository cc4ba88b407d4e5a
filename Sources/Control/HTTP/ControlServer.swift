import Configuration
import Dispatch
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers on the Unix socket, and with metrics only on TCP where the configuration says so. One thread.
public final class ControlServer: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let socket: ControlSocket
  /// The TCP port of the metrics endpoint, when there is one.
  let metricsPort: Int?

  /// Starts to answer, also those who have connected since the socket was claimed.
  ///
  /// - Throws: `ControlError`; the socket is released then.
  public static func start(
    instance: Instance, controls: Controls, socket: ControlSocket, metrics: ListenAddress?,
    limits: ControlLimits = ControlLimits(), logger: Logger
  ) throws(ControlError) -> ControlServer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do {
      let server = try ControlServer(group, instance, controls, socket, metrics, limits)
      logger.info("control socket \(socket.path)\(metrics.map { ", metrics on http://\($0)/metrics" } ?? "")")
      return server
    } catch {
      shutDown(group)
      socket.release()
      throw error
    }
  }

  private init(
    _ group: MultiThreadedEventLoopGroup, _ instance: Instance, _ controls: Controls, _ socket: ControlSocket,
    _ metrics: ListenAddress?, _ limits: ControlLimits
  ) throws(ControlError) {
    self.group = group
    self.socket = socket
    let connections = ConnectionCount()
    guard let descriptor = socket.takeDescriptor() else {
      throw .system(doing: "listen on the socket \(socket.path)", reason: "it was released")
    }
    do {
      let router = Router(instance: instance, surface: .control(controls))
      _ = try Self.bootstrap(group, router, limits, connections).withBoundSocket(descriptor).wait()
    } catch {
      throw .system(doing: "listen on the socket \(socket.path)", reason: Self.reason(error))
    }
    guard let metrics else {
      metricsPort = nil
      return
    }
    do {
      let router = Router(instance: instance, surface: .metrics)
      metricsPort = try Self.bootstrap(group, router, limits, connections)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: metrics.address.description, port: Int(metrics.port)).wait().localAddress?.port
    } catch {
      throw .system(doing: "serve metrics on \(metrics) ('control.metrics')", reason: Self.reason(error))
    }
  }

  deinit { stop() }

  /// What the system said, without NIO's account of the call.
  private static func reason(_ error: any Error) -> String {
    (error as? IOError).map { Errno(code: $0.errnoCode).reason } ?? "\(error)"
  }

  /// Ends every connection, removes the socket's file and returns when the thread is gone, within a second.
  /// Not to be called on an event loop. Again: nothing happens.
  public func stop() {
    Self.shutDown(group)
    socket.release()
  }

  private static func shutDown(_ group: MultiThreadedEventLoopGroup) {
    let done = DispatchSemaphore(value: 0)
    group.shutdownGracefully(queue: DispatchQueue.global()) { _ in done.signal() }
    _ = done.wait(timeout: .now() + .milliseconds(900))
  }

  private static func bootstrap(
    _ group: MultiThreadedEventLoopGroup, _ router: Router, _ limits: ControlLimits, _ connections: ConnectionCount
  ) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 128)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        let count = connections.add()
        channel.closeFuture.whenComplete { _ in connections.remove() }
        // Those one too many are told so; beyond twice the limit there is no time for that.
        guard count <= 2 * limits.connections else { return channel.close() }
        return channel.eventLoop.makeCompletedFuture {
          try addHandlers(to: channel.pipeline.syncOperations, router, limits, isExcess: count > limits.connections)
        }
      }
  }

  private static func addHandlers(
    to pipeline: ChannelPipeline.SynchronousOperations, _ router: Router, _ limits: ControlLimits, isExcess: Bool
  ) throws {
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderFieldSize = limits.headBytes
    decoding.maxHeaderListSize = limits.headBytes
    decoding.maxHeaderFieldCount = 100
    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
    // What the decoder does not consume at once, it keeps: a whole head at most.
    try pipeline.addHandler(
      ByteToMessageHandler(decoder, maximumBufferSize: limits.headBytes + limits.bodyBytes))
    try pipeline.addHandler(HTTPResponseEncoder())
    try pipeline.addHandler(ConnectionHandler(router: router, limits: limits, isExcess: isExcess))
  }
}
