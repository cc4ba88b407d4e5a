extension TopReport {
  /// What happened between two readings of one daemon. After a restart in between, counters that went back count as
  /// not having moved.
  public init(from before: TopReading, to after: TopReading) {
    let rate = Rate(seconds: max((after.instant - before.instant) / .seconds(1), 1e-3))
    version = after.status.version
    uptimeSeconds = after.status.uptimeSeconds
    generation = after.status.generation
    intervalSeconds = Rate.rounded(rate.seconds, 1000)
    activeSessions = after.status.sessions.active
    faults = after.status.faults
    workers = Self.workers(before, after, rate)
    let oldServices = Dictionary(before.services.services.map { ($0.name, $0) }) { first, _ in first }
    services = Self.busiestFirst(after.services.services.map { Traffic($0, since: oldServices[$0.name], rate) })
    let oldBackends = Dictionary(before.backends.backends.map { (BackendKey($0), $0) }) { first, _ in first }
    backends = Self.busiestFirst(after.backends.backends.map { Traffic($0, since: oldBackends[BackendKey($0)], rate) })
    drops = Self.drops(before, after, rate)
  }

  private struct BackendKey: Hashable {
    var service: String
    var address: String
    init(_ report: BackendReport) { (service, address) = (report.service, report.address) }
  }

  private static func workers(_ before: TopReading, _ after: TopReading, _ rate: Rate) -> [Worker] {
    let old = Dictionary(before.workers.workers.map { ($0.worker, $0) }) { first, _ in first }
    return after.workers.workers.map { worker in
      let last = old[worker.worker]
      func moved(_ value: (WorkerReport) -> UInt64) -> UInt64 { Rate.moved(last.map(value), value(worker)) }
      let frames = moved { $0.receivedPorts } + moved { $0.receivedRings }
      let cycles = moved { $0.busyCycles }
      let rounds = moved { $0.busyPolls }
      return Worker(
        worker: worker.worker, busyShare: busyShare(cycles, after, rate),
        cyclesPerPacket: frames > 0 ? Rate.rounded(Double(cycles) / Double(frames), 10) : nil,
        framesPerRound: rounds > 0 ? Rate.rounded(Double(frames) / Double(rounds), 10) : nil,
        arrivalsPerSecond: rate(frames), forwardedPerSecond: rate(moved { $0.forwarded }),
        passedPerSecond: rate(moved { $0.passed }), handedOverPerSecond: rate(moved { $0.handedOver }),
        droppedPerSecond: rate(moved { $0.dropped }), activeSessions: worker.sessions.active)
    }
  }

  private static func busyShare(_ cycles: UInt64, _ after: TopReading, _ rate: Rate) -> Double {
    let frequency = Double(after.status.cyclesPerSecond)
    return frequency > 0 ? Rate.rounded(min(1, Double(cycles) / frequency / rate.seconds), 10_000) : 0
  }

  private static func drops(_ before: TopReading, _ after: TopReading, _ rate: Rate) -> [Drop] {
    let old = Dictionary(before.drops.drops.map { ($0.reason, $0.count) }) { first, _ in first }
    let drops = after.drops.drops.filter { $0.count > 0 }.map {
      Drop(reason: $0.reason, perSecond: rate(Rate.moved(old[$0.reason], $0.count)), total: $0.count)
    }
    return drops.sorted { ($1.perSecond, $1.total) < ($0.perSecond, $0.total) }
  }

  private static func busiestFirst(_ traffic: [Traffic]) -> [Traffic] {
    func weight(_ entry: Traffic) -> (Double, UInt64) {
      (entry.requestsPerSecond + entry.repliesPerSecond, entry.activeSessions)
    }
    return traffic.enumerated().sorted { left, right in
      let (first, second) = (weight(left.element), weight(right.element))
      return first == second ? left.offset < right.offset : second < first
    }.map(\.element)
  }
}

extension TopReport.Traffic {
  init(_ service: ServiceReport, since old: ServiceReport?, _ rate: Rate) {
    self.init(
      service: service.name, backend: nil, state: nil, activeSessions: service.activeSessions,
      newSessions: (old?.newSessions, service.newSessions), traffic: (old?.traffic, service.traffic), rate)
  }

  init(_ backend: BackendReport, since old: BackendReport?, _ rate: Rate) {
    self.init(
      service: backend.service, backend: backend.name, state: backend.state.rawValue,
      activeSessions: backend.activeSessions, newSessions: (old?.newSessions, backend.newSessions),
      traffic: (old?.traffic, backend.traffic), rate)
  }

  private init(
    service: String, backend: String?, state: String?, activeSessions: UInt64,
    newSessions: (old: UInt64?, new: UInt64), traffic: (old: TrafficFigures?, new: TrafficFigures), _ rate: Rate
  ) {
    func moved(_ value: (TrafficFigures) -> UInt64) -> UInt64 { Rate.moved(traffic.old.map(value), value(traffic.new)) }
    self.service = service
    self.backend = backend
    self.state = state
    self.activeSessions = activeSessions
    newSessionsPerSecond = rate(Rate.moved(newSessions.old, newSessions.new))
    requestsPerSecond = rate(moved { $0.requestPackets })
    repliesPerSecond = rate(moved { $0.replyPackets })
    bytesPerSecond = rate(moved { $0.requestBytes } + moved { $0.replyBytes })
  }
}
