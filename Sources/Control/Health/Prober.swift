import Configuration
import Glibc
import NIOCore
import NIOPosix

/// Makes checks over the kernel's network, many at a time and all on one event loop, never more than `limit`: the others
/// wait in a queue, and how long they waited is measured. All of it belongs to the loop.
final class Prober {
  /// Gets the outcome, and when the check really began.
  typealias Completion = (CheckOutcome, ContinuousClock.Instant) -> Void

  private struct Waiting {
    let check: CheckSettings
    let target: CheckTarget
    let due: ContinuousClock.Instant
    let done: Completion
  }

  private let loop: any EventLoop
  /// Checks at a time; each has a socket.
  let limit: Int
  private var queue: [Waiting] = []
  /// Where the queue begins.
  private var head = 0
  private(set) var figures = ProberFigures()

  /// - Parameter limit: checks at a time.
  init(loop: any EventLoop, limit: Int) {
    self.loop = loop
    self.limit = limit
  }

  /// Checks that wait for a socket.
  var queued: Int { queue.count - head }

  /// Has a check made that was due at a time, and calls back once.
  func submit(
    _ check: CheckSettings, _ target: CheckTarget, due: ContinuousClock.Instant, then done: @escaping Completion
  ) {
    queue.append(Waiting(check: check, target: target, due: due, done: done))
    startNext()
  }

  private func startNext() {
    while figures.running < limit, head < queue.count {
      let next = queue[head]
      head += 1
      if head == queue.count || head > 1024 {
        queue.removeFirst(head)
        head = 0
      }
      figures.running += 1
      figures.note(.now - next.due)
      start(next)
    }
  }

  private func start(_ waiting: Waiting) {
    let began = ContinuousClock.now
    let attempt = Attempt(loop, timeout: .milliseconds(waiting.check.timeout)) { outcome in
      self.figures.running -= 1
      self.figures.count(outcome)
      waiting.done(outcome, began)
      self.startNext()
    }
    let path = waiting.target.path
    do {
      let address = try SocketAddress(ipAddress: waiting.target.address.description, port: Int(waiting.target.port))
      switch waiting.check.kind {
      case .tcp: try attempt.connect(to: address, by: path)
      case .http: try attempt.ask(HTTPProbe(waiting.check, waiting.target, attempt), at: address, by: path)
      case .udp:
        try attempt.send(
          .datagram(waiting.check.send ?? "", expecting: waiting.check.expect), to: address, by: path)
      case .dns: try attempt.send(.query(waiting.check.query ?? "."), to: address, by: path)
      case .icmp: try attempt.echo(to: address, by: path)
      case .none: attempt.finish(.inconclusive("nothing is checked"))
      }
    } catch {
      error is IOError
        ? attempt.fail(error, waiting.check.kind.rawValue) : attempt.finish(.inconclusive("\(error)"))
    }
  }

  /// How many checks may have a socket at a time: what the process may open, less what it needs for itself. Asks for
  /// more than it was given, as far as the system lets it.
  static func socketLimit() -> Int {
    var limits = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 64 }
    let wanted = min(limits.rlim_max, 8192)
    if limits.rlim_cur < wanted {
      var raised = limits
      raised.rlim_cur = wanted
      if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limits = raised }
    }
    return max(16, min(4096, (Int(clamping: limits.rlim_cur) - 256) / 2))
  }
}
