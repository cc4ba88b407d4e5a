import Counters
import Dataplane
import EAL
import Net
import Tables

/// Workers between two ports, with the tables and counters that one trial needs, and its frames.
///
/// The workers are the product's, and so is the loop: what is timed is `Worker.breathe`, with its sweep, its
/// counters and its quiescent report. One of the two ports brings frames, the other is polled in vain.
final class TestBed {
  static let burst = 32
  static let frontend = PortIndex(0)
  static let backend = PortIndex(1)
  /// Ticks that a session of the bench may idle: an hour.
  private static let timeout: UInt32 = 36000

  let trial: Trial
  let ports: BenchPorts
  let tables: TableSet
  let tallies: [Tally]
  /// By worker that polls.
  let sources: [FrameSource]
  let scratch = MbufArray(capacity: 64)
  /// By worker: the flows that it owns and that are sent; no lists where there is one worker only.
  let flowsByOwner: [[UInt32]]
  var random = SplitMix64(state: 1)
  var nextFlow: Int
  /// The flow whose datagram goes on in the next frame.
  var fragmentedFlow = 0
  let workers: [UnsafeMutablePointer<Worker>]
  private let quiescence: QuiescentState
  private let published: Published
  private let backendTallies: [BackendTally]
  private let mailboxes: [WorkerMailbox]
  private let notices: [NoticeRing]

  /// - Parameter packets: that will be sent at most.
  init(_ trial: Trial, ports: BenchPorts, packets: Int) throws {
    self.trial = trial
    self.ports = ports
    let count = trial.workers
    tables = TableSet(
      generation: 1, services: Traffic.services(trial), unmatched: .pass,
      rules: SessionRules { _, _ in Self.timeout },
      keys: TableSet.Keys(
        selection: KeyedHash(seed: 1, purpose: 1), lookup: KeyedHash(seed: 1, purpose: 2)))
    let tables = tables
    let published = Published.create(tables.tables)
    let quiescence = try QuiescentState(readers: count)
    let tallies = (0..<count).map { _ in Tally.create() }
    let backendTallies = (0..<count).map { _ in BackendTally.create(slotCount: tables.slotCount) }
    let mailboxes = (0..<count).map { _ in WorkerMailbox.create() }
    let notices = (0..<count).map { _ in NoticeRing.create() }
    let owner = FlowOwner(workers: count, hash: KeyedHash(seed: 1, purpose: 3))
    workers = try (0..<count).map { index in
      var resources = WorkerResources(
        index: WorkerIndex(UInt16(index)), ports: Self.ports(ports, trial, worker: index), owner: owner,
        inbox: ports.inboxes[index], inboxes: Array(ports.inboxes.prefix(count)), published: published,
        quiescence: quiescence, tally: tallies[index], backendTally: backendTallies[index],
        mailbox: mailboxes[index], notices: notices[index], pool: ports.pool,
        sessionCapacity: trial.capacity(packets: packets), socket: 0,
        sleepsWhenIdle: false)
      // The same in every run, so that as many flows are in their second bucket and counts agree.
      resources.sessionHash = KeyedHash(seed: 1, purpose: 4)
      let worker = UnsafeMutablePointer<Worker>.allocateLines(capacity: 1)
      worker.initialize(to: try Worker(resources))
      return worker
    }
    self.published = published
    self.quiescence = quiescence
    self.tallies = tallies
    self.backendTallies = backendTallies
    self.mailboxes = mailboxes
    self.notices = notices
    flowsByOwner = trial.scenario.isParallel || count > 1 ? Self.flowsByOwner(trial, owner) : []
    nextFlow = trial.scenario == .mix ? trial.flows : 0
    sources = (0..<(trial.scenario.isParallel ? count : 1)).map { _ in
      FrameSource(pool: ports.pool, frameLength: trial.scenario.frameLength)
    }
  }

  deinit {
    for source in sources { source.detach() }
    for worker in workers { worker.deinitialize(count: 1).deallocate() }
    quiescence.destroy()
    published.destroy()
    for tally in tallies { tally.destroy() }
    for tally in backendTallies { tally.destroy() }
    for mailbox in mailboxes { mailbox.destroy() }
    for ring in notices { ring.destroy() }
  }

  /// The port that brings frames is the clients' or the servers'. A worker that takes over polls no port.
  private static func ports(_ ports: BenchPorts, _ trial: Trial, worker: Int) -> [WorkerPort] {
    let frontend = trial.scenario.isFromServers ? ports.silent : ports.talking
    let backend = trial.scenario.isFromServers ? ports.talking : ports.silent
    return [(frontend, PortSide.frontend), (backend, .backend)].enumerated().map { index, port in
      WorkerPort(
        device: port.0.id, mac: MACAddress(rawValue: 0x02_0000_00F000 + UInt64(index)), side: port.1,
        receiveQueue: worker == 0 || trial.scenario.isParallel ? UInt16(worker) : nil,
        transmit: .queue(UInt16(worker)), peer: PortIndex(UInt8(1 - index)))
    }
  }

  /// The first flows, by their owners: as many as the trial says, or as many of the worker that takes over.
  private static func flowsByOwner(_ trial: Trial, _ owner: FlowOwner) -> [[UInt32]] {
    var flows = [[UInt32]](repeating: [], count: trial.workers)
    var flow: UInt32 = 0
    while trial.scenario.handsOver ? flows[1].count < trial.flows : flow < trial.flows {
      let index = owner.owner(of: Traffic.client(Int(flow), trial.transport))
      flows[Int(index.rawValue)].append(flow)
      flow += 1
    }
    return flows
  }

  /// One turn of a worker's loop.
  @inline(__always)
  func breathe(_ worker: Int = 0) { workers[worker].pointee.breathe() }

  /// A burst received and sent by nobody: what the drivers cost.
  @inline(__always)
  func transfer() {
    let count = scratch.receive(port: ports.talking.id, queue: 0, limit: Self.burst)
    _ = scratch.transmit(port: ports.silent.id, queue: 0, from: 0, count: count)
  }

  /// Ages every session away.
  func forget() {
    for worker in workers { worker.pointee.skip(ticks: Self.timeout + 1) }
  }

  /// Bytes of DPDK memory that a trial needs.
  static func bytes(_ trial: Trial, packets: Int) -> UInt64 {
    let sessions = trial.workers * SessionTable.byteCount(capacity: trial.capacity(packets: packets))
    // EAL, drivers and rings take less than the rest.
    return UInt64(sessions + MbufPool.byteCount(count: BenchPorts.mbufs, room: BenchPorts.room) + (32 << 20))
  }

  /// Entries of the session tables that frames of this trial use.
  var sessionEntries: Int { workers[workers.count - 1].pointee.sessionEntries }

  /// All workers' counters.
  var counters: TallySnapshot { tallies.map { $0.snapshot() }.reduce(TallySnapshot(), +) }
}
