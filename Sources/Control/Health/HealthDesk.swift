import Configuration
import Counters
import Dispatch
import Logging
import NIOCore
import NIOPosix
import Net
import Synchronization

/// Asks backends whether they work, hears what others say of them, and has the tables follow. Any thread.
///
/// Checks are made on one event loop of their own (`HealthDesk+Checks.swift`); tables are published on a queue of their
/// own, since that waits for workers (`HealthDesk+Publishing.swift`).
public final class HealthDesk: Sendable {
  /// What the event loop has.
  struct Engine: Sendable {
    let group: MultiThreadedEventLoopGroup
    let loop: any EventLoop
    let prober: NIOLoopBound<Prober>
  }

  /// What happens, for whoever follows it.
  public let events = EventLog()

  // Set at start, never changed.
  let publisher: Publisher
  /// Every worker's counters of backends; empty: nothing is observed.
  let tallies: [BackendTally]
  let queue = DispatchQueue(label: "sluice.health")
  // Any thread, briefly.
  let book = Mutex(HealthBook())
  let publication = Mutex(Publication())
  /// How backends took new sessions of late.
  let passive = Mutex(PassiveWatch())
  private let engine = Mutex<Engine?>(nil)
  private let logger = Mutex(Logger(label: "sluice", factory: { _ in SwiftLogNoOpLogHandler() }))
  private let generation = Mutex<UInt64?>(nil)
  /// As the event loop last left them.
  private let probing = Mutex((figures: ProberFigures(), queued: 0))

  /// A desk that asks nobody yet.
  init(publisher: Publisher, tallies: [BackendTally] = []) {
    self.publisher = publisher
    self.tallies = tallies
  }

  var log: Logger { logger.withLock { $0 } }

  /// The event loop; nil before the start and after the end.
  var running: Engine? { engine.withLock { $0 } }

  /// What the prober has done, and how many checks wait for it.
  var figures: (figures: ProberFigures, queued: Int) { probing.withLock { $0 } }

  /// Begins to ask.
  public func start(log: Logger) {
    logger.withLock { $0 = log }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let limit = Prober.socketLimit()
    let ready = loop.submit { NIOLoopBound(Prober(loop: loop, limit: limit), eventLoop: loop) }
    guard let prober = try? ready.wait() else { return }
    engine.withLock { $0 = Engine(group: group, loop: loop, prober: prober) }
    let ticks = TickCount()
    loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(100)) { _ in
      self.tick()
      let tick = ticks.next()
      if tick % 10 == 0 { self.lookAtTraffic(of: self.publisher.state) }
      if tick % 50 == 0 { self.events.beat() }
    }
  }

  /// Asks no more, and publishes no more. Not to be called on an event loop; again: nothing happens.
  public func close() {
    publication.withLock { $0.isClosed = true }
    events.close()
    let last = engine.withLock { engine in
      defer { engine = nil }
      return engine
    }
    if let last {
      let done = DispatchSemaphore(value: 0)
      last.group.shutdownGracefully(queue: DispatchQueue.global()) { _ in done.signal() }
      _ = done.wait(timeout: .now() + .milliseconds(500))
    }
    queue.sync {}
  }

  /// Workers saw that a backend does not work. Only checks, an operator or a monitor bring it up again (behaviour 88).
  ///
  /// - Parameter cause: one phrase for an operator, such as "passive: 9 of 10 SYNs unanswered in 5 s".
  public func observe(_ served: ServedBackend, cause: String) {
    change(served) { backend, now in
      // Where something asks, that brings it up again.
      let retry = backend.check.kind == .none ? backend.settings.passive.retry : 0
      return backend.health.observe(cause, damping: backend.settings.damping, retry: retry, at: now)
    }
  }

  /// The address of a backend became known, or unknown: then it is down.
  public func resolve(_ served: ServedBackend, isResolved: Bool) {
    change(served) { backend, now in backend.health.resolve(isResolved, at: now) }
  }

  /// Says which addresses of `dsr` servers answer no ARP: those servers are down, and all others that were for that are so
  /// no longer.
  func resolve(allBut silent: Set<IPv4Address>) {
    for service in publisher.state.configuration.services where service.mode == .dsr {
      for backend in service.backends where backend.mac == nil {
        let served = ServedBackend(service: service.identity, backend: backend.identity)
        let isSilent = silent.contains(backend.address)
        if isSilent != book.withLock({ $0.backend(served)?.health.isUnresolved ?? false }) {
          resolve(served, isResolved: !isSilent)
        }
      }
    }
  }

  private func change(
    _ served: ServedBackend, _ body: (inout WatchedBackend, ContinuousClock.Instant) -> HealthTransition?
  ) {
    let now = ContinuousClock.now
    let configuration = publisher.state.configuration
    let news: (WatchedBackend, HealthTransition)? = book.withLock { book in
      guard let id = book.id(of: served, in: configuration, at: now) else { return nil }
      guard let transition = book.change(id, at: now, { body(&$0, now) }), let backend = book[id] else { return nil }
      return (backend, transition)
    }
    if let news { announce(news.0, news.1) }
    publishSoon()
  }

  /// Sets what somebody outside says of some backends, all of them or, if one is unknown, none.
  ///
  /// - Returns: how many changed their state.
  func obey(_ orders: HealthOrders) throws(ControlRefusal) -> Int {
    let now = ContinuousClock.now
    let configuration = publisher.state.configuration
    let meant = try orders.meant(in: configuration)
    let news: [(WatchedBackend, HealthTransition)] = book.withLock { book in
      meant.compactMap { served, item in
        guard let id = book.id(of: served, in: configuration, at: now) else { return nil }
        let transition = book.change(id, at: now) { backend in
          item.state.map { backend.health.obey(orders.order(item, $0, at: now), at: now) }
            ?? backend.health.withdraw(orders.source, at: now)
        }
        return transition.flatMap { transition in book[id].map { ($0, transition) } }
      }
    }
    for (backend, transition) in news { announce(backend, transition) }
    publishSoon()
    return news.count
  }

  /// What happens ten times a second, on the event loop.
  private func tick() {
    let now = ContinuousClock.now
    let state = publisher.state
    if generation.withLock({ $0 != state.generation }) {
      generation.withLock { $0 = state.generation }
      let (changed, released) = book.withLock { book in (book.follow(state, at: now), book.released) }
      for name in released {
        log.info("health: service \(name) is not watched any more: what checks found of its backends is forgotten")
      }
      for id in changed { schedule(id, isFirst: true) }
      announcePools(of: state)
    }
    for (backend, transition) in book.withLock({ $0.tick(at: now) }) { announce(backend, transition) }
    if let prober = running?.prober.value {
      probing.withLock { $0 = (prober.figures, prober.queued) }
    }
    publishSoon()
  }

  /// One line, and one event.
  func announce(_ backend: WatchedBackend, _ transition: HealthTransition) {
    let report = HealthEvent(backend, transition)
    log.log(
      level: transition.to == .down ? .warning : .info,
      "health: backend \(backend.name) of \(backend.service) is \(transition.to.rawValue): \(transition.cause)",
      metadata: report.metadata)
    events.add("health", report)
  }
}

/// Counts on one event loop.
private final class TickCount: Sendable {
  private let count = Atomic<Int>(0)

  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
