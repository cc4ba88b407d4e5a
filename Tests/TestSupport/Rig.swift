import Counters
import Dataplane
import EAL
import Net
import Tables

/// Real workers between two `net_ring` ports, single-stepped: a test puts frames on the wire and sees what
/// comes out of which port. Workers share the ports' queues, so frames can be made to arrive at any of them.
public final class Rig {
  /// What came out of a port.
  public struct Output: Hashable, CustomStringConvertible {
    public var port: PortIndex
    public var bytes: [UInt8]

    public init(port: PortIndex, bytes: [UInt8]) {
      self.port = port
      self.bytes = bytes
    }

    /// In hexadecimal, so that two that differ can be laid side by side.
    public var description: String {
      "\(port.rawValue): " + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  public static let frontend = PortIndex(0)
  public static let backend = PortIndex(1)
  /// The frontend at a position: the first is `frontend`, the others follow the backend port.
  public static func frontend(_ position: Int) -> PortIndex { PortIndex(UInt8(position == 0 ? 0 : position + 1)) }
  /// The kernel, with a rig that has a twin and one frontend; with several it follows the last.
  public static let kernel = PortIndex(2)

  /// The tables in force; `publish` replaces them.
  public private(set) var tables: TableSet
  public let keys: TableSet.Keys
  public let tallies: [Tally]
  public let backendTally: [BackendTally]
  public let mailboxes: [WorkerMailbox]
  public let notices: [NoticeRing]
  let devices: RigDevices
  let scratch = MbufArray(capacity: 64)
  private let published: Published
  private let workers: [UnsafeMutablePointer<Worker>]
  private let unmatched: UnmatchedAction
  private let floodLimit: UInt32
  private let addresses: [KnownAddress]
  private var sourceRewrites: [SourceRewrite]

  /// Timeouts of a rig, in ticks.
  public static func ticks(_ transport: TransportProtocol, _ phase: SessionPhase) -> UInt32 {
    switch (transport, phase) {
    case (.tcp, .established): 36000
    case (.tcp, _): 100
    case (.udp, _): 600
    case (.icmp, _): 100
    }
  }

  /// - Parameters:
  ///   - addresses: what ARP packets are looked at for.
  ///   - transmitters: workers that have the transmit queues; the others send through the first's ring.
  ///   - frontends: the clients behind each of them.
  ///   - backendSlots: counters to make room for, when more backends are to be published later.
  ///   - twin: an address of the kernel's, and the port whose twin it is.
  ///   - fragments: what a worker keeps of datagrams in fragments.
  ///   - isOneArm: frames that cross leave by the port they came in by, as where there is one only.
  ///   - floodLimit: new flows a second above which they are not stored.
  ///   - tagAction: of both ports.
  ///   - stripsTags: whether both ports' devices take VLAN tags off.
  ///   - publisher: whose tables the workers use, and who learns of their quiescent states; else the rig's own.
  public init(
    services: [ServiceDefinition], unmatched: UnmatchedAction = .pass, workers count: Int = 1,
    transmitters: Int? = nil, sessionCapacity: Int = 4096, seed: UInt64 = 1, mbufs: Int = 4095, room: Int = 2048,
    frontends: [IPv4Prefix?] = [nil], backendSlots: Int? = nil, addresses: [KnownAddress] = [], isOneArm: Bool = false,
    tagAction: TagAction = .balance, stripsTags: Bool = false, sourceRewrites: [SourceRewrite] = [],
    floodLimit: UInt32 = .max,
    twin: (address: IPv4Address, side: PortIndex)? = nil,
    fragments: FragmentLimits = FragmentLimits(),
    publisher: (published: Published, quiescence: QuiescentState)? = nil
  ) throws {
    let portCount = frontends.count + (twin == nil ? 1 : 2)
    devices = try .take(RigDevices.Kind(workers: count, mbufs: mbufs, room: room, ports: portCount))
    let keys = TableSet.Keys(selection: KeyedHash(seed: seed, purpose: 1), lookup: .random())
    let tables = Self.tableSet(1, services, unmatched, keys, addresses, sourceRewrites, floodLimit)
    self.keys = keys
    self.tables = tables
    self.unmatched = unmatched
    self.addresses = addresses
    self.floodLimit = floodLimit
    self.sourceRewrites = sourceRewrites
    published = .create(tables.tables)
    tallies = (0..<count).map { _ in Tally.create() }
    backendTally = (0..<count).map { _ in BackendTally.create(slotCount: max(tables.slotCount, backendSlots ?? 0)) }
    mailboxes = (0..<count).map { _ in .create() }
    notices = (0..<count).map { _ in .create() }
    let owner = FlowOwner(workers: count, hash: KeyedHash(seed: seed, purpose: 99))
    var made: [UnsafeMutablePointer<Worker>] = []
    for index in 0..<count {
      var ports = Self.ports(devices, frontends, hasQueue: index < transmitters ?? count, isOneArm)
      for port in ports.indices { (ports[port].tagAction, ports[port].stripsTags) = (tagAction, stripsTags) }
      var resources = WorkerResources(
        index: WorkerIndex(UInt16(index)), ports: ports, owner: owner, inbox: devices.inboxes[index],
        inboxes: devices.inboxes, published: publisher?.published ?? published,
        quiescence: publisher?.quiescence ?? devices.quiescence, tally: tallies[index],
        backendTally: backendTally[index], mailbox: mailboxes[index], notices: notices[index], pool: devices.pool,
        sessionCapacity: sessionCapacity, socket: -1,
        sleepsWhenIdle: false)
      let kernel = PortIndex(UInt8(frontends.count + 1))
      resources.twins = twin.map { [WorkerTwin(address: $0.address, side: $0.side, port: kernel)] } ?? []
      resources.fragments = fragments
      let worker = UnsafeMutablePointer<Worker>.allocate(capacity: 1)
      worker.initialize(to: try Worker(resources))
      made.append(worker)
    }
    workers = made
  }

  deinit {
    for worker in workers {
      worker.deinitialize(count: 1)
      worker.deallocate()
    }
    discard()
    devices.giveBack()
    published.destroy()
    for tally in tallies { tally.destroy() }
    for tally in backendTally { tally.destroy() }
    for mailbox in mailboxes { mailbox.destroy() }
    for ring in notices { ring.destroy() }
  }

  /// A port's own address.
  public static func mac(of port: PortIndex) -> MACAddress {
    MACAddress(rawValue: 0x02_0000_00F000 + UInt64(port.rawValue))
  }

  /// DPDK's number of a port.
  public func device(of port: PortIndex) -> UInt16 { devices.ports[Int(port.rawValue)].id }

  private static func tableSet(
    _ generation: UInt64, _ services: [ServiceDefinition], _ unmatched: UnmatchedAction, _ keys: TableSet.Keys,
    _ addresses: [KnownAddress], _ sourceRewrites: [SourceRewrite], _ floodLimit: UInt32
  ) -> TableSet {
    let rules = SessionRules(timeout: ticks)
    return TableSet(
      generation: generation, services: services, unmatched: unmatched, rules: rules, keys: keys, addresses: addresses,
      sourceRewrites: sourceRewrites, floodLimit: floodLimit)
  }

  private static func ports(
    _ devices: RigDevices, _ frontends: [IPv4Prefix?], hasQueue: Bool, _ isOneArm: Bool
  ) -> [WorkerPort] {
    let isBackend = { (index: Int) in index == Int(backend.rawValue) }
    return devices.ports.enumerated().map { index, port in
      WorkerPort(
        device: port.id, mac: mac(of: PortIndex(UInt8(index))),
        side: isBackend(index) ? .backend : index > frontends.count ? .kernel : .frontend,
        receiveQueue: 0, transmit: hasQueue ? .queue(0) : .ring(devices.inboxes[0]),
        peer: isOneArm && index < 2 ? PortIndex(UInt8(index)) : isBackend(index) ? frontend : backend,
        clients: isBackend(index) || index > frontends.count ? nil : frontends[max(0, index - 1)])
    }
  }

  /// Puts other services in force, as a change of the configuration does. Indices must stay what they were.
  public func publish(_ services: [ServiceDefinition]) {
    publish(
      Self.tableSet(
        tables.tables.pointee.generation + 1, services, unmatched, keys, addresses, sourceRewrites, floodLimit))
  }

  /// Puts other services and pairs in force.
  public func publish(_ services: [ServiceDefinition], sourceRewrites: [SourceRewrite]) {
    self.sourceRewrites = sourceRewrites
    publish(services)
  }

  /// Puts other layouts in force.
  public func publish(layouts: [ServiceLayout]) {
    publish(
      TableSet(
        generation: tables.tables.pointee.generation + 1, layouts: layouts, unmatched: unmatched,
        rules: SessionRules(timeout: Self.ticks), keys: keys, addresses: addresses, sourceRewrites: sourceRewrites,
        floodLimit: floodLimit))
  }

  private func publish(_ next: TableSet) {
    published.exchange(for: next.tables)
    // No worker runs between steps: nobody holds the old pointer.
    tables = next
  }

  // MARK: Steps

  /// One burst from a port, at a worker; what comes out stays on the wire.
  @discardableResult
  public func serve(_ port: PortIndex, at worker: Int = 0) -> Int { workers[worker].pointee.serve(port) }

  /// A burst from every worker's ring. False: there was nothing in any.
  @discardableResult
  public func serveRings() -> Bool { workers.reduce(false) { $1.pointee.serveRing() > 0 || $0 } }

  /// A worker's look into its mailbox, which is all it does.
  public func serveMailbox(_ worker: Int = 0) { workers[worker].pointee.serveMailbox() }

  /// One turn of a worker's loop, with nothing or something on the wire.
  public func breathe(_ worker: Int = 0) { workers[worker].pointee.breathe() }

  /// Makes time pass, with or without the sweep.
  public func skip(ticks: UInt32, sweeping: Bool = true) {
    for worker in workers {
      if sweeping { worker.pointee.skip(ticks: ticks) } else { worker.pointee.skipWithoutSweep(ticks: ticks) }
    }
  }

  /// What a tick does by itself, at every worker.
  public func serveTick() { for worker in workers { worker.pointee.serveTick() } }

  /// The moment of a worker's last step.
  public func tick(_ worker: Int = 0) -> Tick { workers[worker].pointee.tick }

  // MARK: Books

  /// All workers' counters.
  public var counters: TallySnapshot { tallies.map { $0.snapshot() }.reduce(TallySnapshot(), +) }

  /// Whether every worker can account for every frame (behaviour 91).
  public var isBalanced: Bool { tallies.allSatisfy { $0.snapshot().isBalanced } }

  /// Whether every mbuf is back in the pool: nothing leaked, nothing freed twice.
  public var isPoolWhole: Bool { devices.pool.available == devices.pool.count }

  /// One backend's counters, all workers'.
  public func backend(_ slot: Int) -> BackendSnapshot {
    backendTally.map { $0.snapshot(BackendSlot(UInt32(slot))) }.reduce(BackendSnapshot(), +)
  }

  /// How one backend's sessions began, at all workers.
  public func openings(_ slot: Int) -> OpeningSnapshot {
    backendTally.map { $0.openings(BackendSlot(UInt32(slot))) }.reduce(OpeningSnapshot(), +)
  }
}
