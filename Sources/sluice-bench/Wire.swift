import Counters
import Dataplane
import EAL
import Net
import Tables

/// One worker between two `net_ring` ports, and the bench as everything around it.
final class Wire {
  private static let burst = 32
  private static let packetsPerRound = 65536
  private static let frontend = PortIndex(0)
  private static let backend = PortIndex(1)

  private let flows: Int
  private let scenario: Scenario
  private let tables: TableSet
  private let worker: UnsafeMutablePointer<Worker>
  private let tally: Tally
  private let ports: BenchPorts
  private let scratch = MbufArray(capacity: 64)
  private let quiescence: QuiescentState
  private let published: Published
  private let inbox: Ring
  private let backends: BackendTally
  private let mailbox = WorkerMailbox.create()
  private var random = SplitMix64(state: 1)
  private var nextNew = 0

  init(flows: Int, scenario: Scenario, ports: BenchPorts) throws {
    self.flows = flows
    self.scenario = scenario
    let definition = ServiceDefinition(
      vip: Traffic.vip, port: Traffic.vipPort, transports: [.udp],
      backends: (0..<100).map { BackendDefinition(address: IPv4Address(172, 16, 1, UInt8($0)), port: 8080) })
    tables = TableSet(
      generation: 1, services: [definition], unmatched: .pass, rules: SessionRules { _, _ in Tick.longestTimeout },
      keys: TableSet.Keys(selection: KeyedHash(seed: 1, purpose: 1), lookup: .random()))
    published = .create(tables.tables)
    quiescence = try QuiescentState(readers: 1)
    self.ports = ports
    inbox = try .create(name: "bench_inbox", capacity: 63, socket: 0)
    tally = .create()
    backends = .create(slotCount: tables.slotCount)
    let workerPorts = ports.devices.enumerated().map { index, port in
      WorkerPort(
        device: port.id, side: index == 0 ? .frontend : .backend, receiveQueue: 0, transmit: .queue(0),
        peer: PortIndex(UInt8(1 - index)))
    }
    // New flows start from an empty table that ends up at the same fill.
    let capacity = max(flows, 1024)
    worker = .allocate(capacity: 1)
    worker.initialize(
      to: try Worker(
        WorkerResources(
          index: WorkerIndex(0), ports: workerPorts, owner: FlowOwner(workers: 1, hash: .random()), inbox: inbox,
          inboxes: [inbox], published: published, quiescence: quiescence, tally: tally, backendTally: backends,
          mailbox: mailbox, sessionCapacity: capacity, socket: 0, sleepsWhenIdle: false)))
  }

  deinit {
    worker.deinitialize(count: 1)
    worker.deallocate()
    inbox.destroy()
    quiescence.destroy()
    published.destroy()
    tally.destroy()
    backends.destroy()
    mailbox.destroy()
  }

  func measure(rounds: Int) -> Measurement {
    if scenario != .new { warmUp() }
    let before = tally.snapshot()[.sessionsCreated]
    var cycles: [Double] = []
    var io: [Double] = []
    let all = scenario == .new ? max(1, min(rounds, flows / Self.packetsPerRound)) : rounds
    for _ in 0..<all {
      cycles.append(round { self.worker.pointee.serve($0) })
      io.append(round(inputAndOutput))
    }
    let after = tally.snapshot()
    return Measurement(
      scenario: scenario.rawValue, flows: flows, minimum: cycles.min() ?? 0,
      median: cycles.sorted()[cycles.count / 2], io: io.min() ?? 0, created: Int(after[.sessionsCreated] - before),
      active: Int(after[.sessionsActive]))
  }

  /// Receives and sends a burst without looking at it: the floor.
  private func inputAndOutput(_ port: PortIndex) -> Int {
    let from = Int(port.rawValue)
    let count = scratch.receive(port: ports.devices[from].id, queue: 0, limit: Self.burst)
    return scratch.transmit(port: ports.devices[1 - from].id, queue: 0, from: 0, count: count)
  }

  /// Every flow once, and its reply, so that all sessions are there and confirmed.
  private func warmUp() {
    guard scenario != .pass else { return }
    for first in stride(from: 0, to: flows, by: Self.burst) {
      let range = first..<min(first + Self.burst, flows)
      put(range.count, Self.frontend) { Traffic.write($0, from: Traffic.client(first + $1), to: Self.service) }
      worker.pointee.serve(Self.frontend)
      drain(Self.backend)
      put(range.count, Self.backend) { self.writeReply($0, flow: first + $1) }
      worker.pointee.serve(Self.backend)
      drain(Self.frontend)
    }
  }

  private static let service = Endpoint(Traffic.vip, Traffic.vipPort, .udp)
  private static let stranger = Endpoint(IPv4Address(198, 51, 100, 1), 53, .udp)

  /// The reply comes from the backend that the flow has: the stateless choice, as no pool has changed.
  private func writeReply(_ frame: UnsafeMutableRawPointer, flow: Int) {
    let client = Traffic.client(flow)
    let choice = tables.tables.pointee.choice(of: tables.tables.pointee.service(ServiceIndex(0)), for: client)
    let source = Endpoint(IPv4Address(172, 16, 1, UInt8(choice.rawValue)), 8080, .udp)
    Traffic.write(frame, from: source, to: client)
  }

  private func write(_ frame: UnsafeMutableRawPointer) {
    switch scenario {
    case .forward: Traffic.write(frame, from: Traffic.client(randomFlow()), to: Self.service)
    case .reply: writeReply(frame, flow: randomFlow())
    case .new:
      Traffic.write(frame, from: Traffic.client(nextNew), to: Self.service)
      nextNew += 1
    case .pass: Traffic.write(frame, from: Traffic.client(randomFlow()), to: Self.stranger)
    }
  }

  private func randomFlow() -> Int { Int(random.next().multipliedFullWidth(by: UInt64(flows)).high) }

  /// Cycles a packet of one round of bursts, each timed on its own.
  private func round(_ body: (PortIndex) -> Int) -> Double {
    let port = scenario == .reply ? Self.backend : Self.frontend
    let other = PortIndex(1 - port.rawValue)
    var cycles: UInt64 = 0
    for _ in 0..<Self.packetsPerRound / Self.burst {
      put(Self.burst, port) { frame, _ in self.write(frame) }
      let start = Clock.now()
      let count = body(port)
      cycles += Clock.now() - start
      precondition(count == Self.burst, "a burst came back short")
      drain(other)
    }
    return Double(cycles) / Double(Self.packetsPerRound)
  }

  private func put(_ count: Int, _ port: PortIndex, _ write: (UnsafeMutableRawPointer, Int) -> Void) {
    for index in 0..<count {
      guard let mbuf = ports.pool.take(length: Traffic.frameLength) else { preconditionFailure("the pool is empty") }
      write(mbuf.data, index)
      scratch[index] = mbuf
    }
    _ = scratch.transmit(port: ports.devices[Int(port.rawValue)].id, queue: 0, from: 0, count: count)
  }

  private func drain(_ port: PortIndex) {
    while true {
      let count = scratch.receive(port: ports.devices[Int(port.rawValue)].id, queue: 0, limit: 64)
      if count == 0 { return }
      scratch.free(from: 0, count: count)
    }
  }
}
