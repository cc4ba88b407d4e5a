import Counters
import Dataplane
import EAL
import Net
import Tables

/// Real workers between two `net_ring` ports, single-stepped: a test puts frames on the wire and sees what
/// comes out of which port. Workers share the ports' queues, so frames can be made to arrive at any of them.
public final class Rig {
  /// What came out of a port.
  public struct Output: Equatable {
    public var port: PortIndex
    public var bytes: [UInt8]

    public init(port: PortIndex, bytes: [UInt8]) {
      self.port = port
      self.bytes = bytes
    }
  }

  public static let frontend = PortIndex(0)
  public static let backend = PortIndex(1)

  public let tables: TableSet
  public let pool: MbufPool
  public let tallies: [Tally]
  public let backendTally: [BackendTally]
  private let published: Published
  private let quiescence: QuiescentState
  private let devices: [Port]
  private let inboxes: [Ring]
  private let workers: [UnsafeMutablePointer<Worker>]
  private let scratch = MbufArray(capacity: 64)

  /// Timeouts of a rig, in ticks.
  public static func ticks(_ transport: TransportProtocol, _ phase: SessionPhase) -> UInt32 {
    switch (transport, phase) {
    case (.tcp, .established): 36000
    case (.tcp, _): 100
    case (.udp, _): 600
    case (.icmp, _): 100
    }
  }

  public init(
    services: [ServiceDefinition], unmatched: UnmatchedAction = .pass, workers count: Int = 1,
    sessionCapacity: Int = 4096, seed: UInt64 = 1, mbufs: Int = 4095, room: Int = 2048, ringSize: Int = 1024
  ) throws {
    _ = TestEnvironment.shared
    let keys = TableSet.Keys(selection: KeyedHash(seed: seed, purpose: 1), lookup: .random())
    tables = TableSet(
      generation: 1, services: services, unmatched: unmatched, rules: SessionRules(timeout: Self.ticks), keys: keys)
    published = .create(tables.tables)
    quiescence = try QuiescentState(readers: count)
    pool = try .create(
      name: TestEnvironment.uniqueName("rig_pool"), count: mbufs, room: room, socket: -1, sharesCPUs: true)
    var devices: [Port] = []
    for _ in 0..<2 {
      let port = try Port.add(.virtual(name: TestEnvironment.uniqueName("net_ring"), arguments: ""))
      try port.start(
        Port.Settings(
          receiveQueues: 1, transmitQueues: 1, descriptors: ringSize, hashing: nil, multiSegmentTransmit: false),
        pool: pool, socket: -1)
      devices.append(port)
    }
    self.devices = devices
    inboxes = try (0..<count).map { _ in
      try Ring.create(name: TestEnvironment.uniqueName("rig_inbox"), capacity: 255, socket: -1)
    }
    tallies = (0..<count).map { _ in Tally.create() }
    backendTally = [Int](0..<count).map { [tables] _ in BackendTally.create(slotCount: tables.slotCount) }
    let owner = FlowOwner(workers: count, hash: KeyedHash(seed: seed, purpose: 99))
    let ports = devices.enumerated().map { index, port in
      WorkerPort(
        device: port.id, side: index == 0 ? .frontend : .backend, receiveQueue: 0, transmit: .queue(0),
        peer: PortIndex(UInt8(1 - index)))
    }
    var made: [UnsafeMutablePointer<Worker>] = []
    for index in 0..<count {
      let worker = UnsafeMutablePointer<Worker>.allocate(capacity: 1)
      worker.initialize(
        to: try Worker(
          WorkerResources(
            index: WorkerIndex(UInt16(index)), ports: ports, owner: owner, inbox: inboxes[index], inboxes: inboxes,
            published: published, quiescence: quiescence, tally: tallies[index], backendTally: backendTally[index],
            sessionCapacity: sessionCapacity, socket: -1, sleepsWhenIdle: false)))
      made.append(worker)
    }
    workers = made
  }

  deinit {
    for worker in workers {
      worker.deinitialize(count: 1)
      worker.deallocate()
    }
    for port in devices {
      port.stop()
      port.close()
    }
    for ring in inboxes { ring.destroy() }
    pool.destroy()
    quiescence.destroy()
    published.destroy()
    for tally in tallies { tally.destroy() }
    for tally in backendTally { tally.destroy() }
  }

  /// Sends frames into a port, at a worker, and returns what comes out of both ports, in order for each.
  public func send(_ frames: [[UInt8]], into port: PortIndex, at worker: Int = 0) -> [Output] {
    var output: [Output] = []
    var rest = frames[...]
    while !rest.isEmpty {
      inject(Array(rest.prefix(32)), into: port)
      rest = rest.dropFirst(32)
      workers[worker].pointee.serve(port)
      output += collect()
      while serveRings() { output += collect() }
    }
    return output
  }

  /// One frame into a port.
  public func send(_ frame: [UInt8], into port: PortIndex, at worker: Int = 0) -> [Output] {
    send([frame], into: port, at: worker)
  }

  public func fromClient(_ frame: FrameBuilder, at worker: Int = 0) -> [Output] {
    send(frame.bytes, into: Self.frontend, at: worker)
  }

  public func fromServer(_ frame: FrameBuilder, at worker: Int = 0) -> [Output] {
    send(frame.bytes, into: Self.backend, at: worker)
  }

  /// Makes time pass, with or without the sweep.
  public func skip(ticks: UInt32, sweeping: Bool = true) {
    for worker in workers {
      if sweeping { worker.pointee.skip(ticks: ticks) } else { worker.pointee.skipWithoutSweep(ticks: ticks) }
    }
  }

  /// One turn of a worker's loop, with nothing or something on the wire.
  public func breathe(_ worker: Int = 0) { workers[worker].pointee.breathe() }

  /// All workers' counters.
  public var counters: TallySnapshot { tallies.map { $0.snapshot() }.reduce(TallySnapshot(), +) }

  /// One backend's counters, all workers'.
  public func backend(_ slot: Int) -> BackendSnapshot {
    backendTally.map { $0.snapshot(BackendSlot(UInt32(slot))) }.reduce(BackendSnapshot(), +)
  }

  /// Puts frames on the wire into a port; no worker sees them yet.
  public func inject(_ frames: [[UInt8]], into port: PortIndex) {
    for (index, bytes) in frames.enumerated() {
      guard let mbuf = pool.take(length: bytes.count) else { fatalError("the rig's pool is empty: a leak?") }
      bytes.withUnsafeBytes { source in
        if let base = source.baseAddress { mbuf.data.copyMemory(from: base, byteCount: source.count) }
      }
      scratch[index] = mbuf
    }
    let sent = scratch.transmit(port: devices[Int(port.rawValue)].id, queue: 0, from: 0, count: frames.count)
    precondition(sent == frames.count, "the wire of the rig is longer than a burst")
  }

  private func serveRings() -> Bool {
    workers.reduce(false) { $1.pointee.serveRing() > 0 || $0 }
  }

  /// Takes what lies on the wire outside both ports.
  private func collect() -> [Output] {
    var output: [Output] = []
    for (index, port) in devices.enumerated() {
      while true {
        let count = scratch.receive(port: port.id, queue: 0, limit: 64)
        if count == 0 { break }
        for position in 0..<count {
          let mbuf = scratch[position]
          let bytes = [UInt8](UnsafeRawBufferPointer(start: mbuf.data, count: mbuf.contiguousLength))
          output.append(Output(port: PortIndex(UInt8(index)), bytes: bytes))
        }
        scratch.free(from: 0, count: count)
      }
    }
    return output
  }
}
