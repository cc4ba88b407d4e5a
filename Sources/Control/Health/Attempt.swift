import Glibc
import NIOCore
import NIOPosix

/// One check under way: its socket, its time limit, and its one outcome. All of it belongs to one event loop.
///
/// A limit that passes while the loop itself was held up says nothing of the server: what it answered may lie unread.
final class Attempt: @unchecked Sendable {
  /// The least time by which a limit may pass late without a doubt.
  static let slack = Duration.milliseconds(50)

  let loop: any EventLoop
  private var done: ((CheckOutcome) -> Void)?
  private var channel: (any Channel)?
  private var timer: Scheduled<Void>?
  /// What the time limit means: that the server did not answer, unless no answer was expected.
  var silence = CheckOutcome.failure("timed out")

  init(_ loop: any EventLoop, timeout: Duration, then done: @escaping (CheckOutcome) -> Void) {
    self.loop = loop
    self.done = done
    let deadline = ContinuousClock.now + timeout
    timer = loop.scheduleTask(in: .nanoseconds(Int64(timeout / .nanoseconds(1)))) {
      let late = ContinuousClock.now - deadline
      self.finish(late > max(Self.slack, timeout / 4) ? .inconclusive("the prober was held up") : self.silence)
    }
  }

  /// Whether the outcome is known.
  var isOver: Bool { done == nil }

  /// Says how the check ended, once; closes its socket.
  func finish(_ outcome: CheckOutcome) {
    loop.preconditionInEventLoop()
    guard let done else { return }
    self.done = nil
    timer?.cancel()
    channel?.close(promise: nil)
    channel = nil
    done(outcome)
  }

  /// The same, for what went wrong with its socket.
  func fail(_ error: any Error, _ doing: String) { finish(Self.outcome(of: error, doing)) }

  /// Keeps the socket, to close it when the check is over.
  func own(_ channel: any Channel) {
    if isOver { channel.close(promise: nil) } else { self.channel = channel }
  }

  /// Opens a connection, which is all there is to a check by TCP.
  func connect(to address: SocketAddress, by path: ProbePath? = nil) throws {
    try bootstrap(by: path) { _ in }.connect(to: address).whenComplete { result in
      switch result {
      case .success: self.finish(.pass)
      case .failure(let error): self.fail(error, "connect")
      }
    }
  }

  /// Opens a connection on which a handler asks and judges.
  func ask(_ probe: HTTPProbe, at address: SocketAddress, by path: ProbePath? = nil) throws {
    let bound = NIOLoopBound(probe, eventLoop: loop)
    try bootstrap(by: path) { channel in try bound.value.addHandlers(to: channel.pipeline.syncOperations) }
      .connect(to: address).whenFailure { self.fail($0, "connect") }
  }

  private func bootstrap(
    by path: ProbePath?, _ prepare: @escaping @Sendable (any Channel) throws -> Void
  ) throws -> ClientBootstrap {
    let plain = ClientBootstrap(group: loop).connectTimeout(.hours(1)).channelInitializer { channel in
      self.own(channel)
      // Closed by a reset: thousands of checks a minute leave no connection behind that waits for its end.
      if let options = channel as? any SocketOptionProvider {
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
      }
      return channel.eventLoop.makeCompletedFuture { try prepare(channel) }
    }
    return try path.map { try bootstrap(plain, by: $0) } ?? plain
  }

  /// What a socket's error says of the server: a refusal and an unreachable host do, what we lack ourselves does not.
  static func outcome(of error: any Error, _ doing: String) -> CheckOutcome {
    guard let code = code(of: error) else { return .failure("\(doing) failed: \(error)") }
    switch code {
    case ECONNREFUSED: return .failure("\(doing) refused")
    case ECONNRESET, EPIPE: return .failure("connection reset")
    case EHOSTUNREACH: return .failure("host unreachable")
    case ENETUNREACH: return .failure("network unreachable")
    case ETIMEDOUT: return .failure("timed out")
    case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EADDRINUSE, EAGAIN, EPERM, EACCES, ENODEV:
      return .inconclusive(Errno(code: code).reason)
    default: return .failure("\(doing) failed: \(Errno(code: code).reason)")
    }
  }

  private static func code(of error: any Error) -> CInt? {
    if let error = error as? IOError { return error.errnoCode }
    guard let error = error as? NIOConnectionError, let first = error.connectionErrors.first else { return nil }
    return (first.error as? IOError)?.errnoCode
  }
}
