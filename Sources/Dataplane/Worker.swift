import Counters
import EAL
import Net
import Tables

/// One lcore's life: receive, process, transmit, report; again.
///
/// The path of a packet goes on in `Worker+Receive.swift` (parse), `Worker+Requests.swift` or
/// `Worker+Replies.swift` (classify, session, select, rewrite) and `TransmitQueue.swift`.
@safe
public struct Worker: ~Copyable {
  // Set at start, never changed.
  let index: WorkerIndex
  let portCount: Int
  let ports: UnsafeMutablePointer<WorkerPort>
  let workerCount: Int
  let owner: FlowOwner
  let inbox: Ring
  let published: Published
  let quiescence: QuiescentState
  let sleepsWhenIdle: Bool
  // This worker writes, management reads.
  let tally: Tally
  let backendTally: BackendTally
  let mailbox: WorkerMailbox
  /// Sessions above which the table is fuller than it was made for.
  let crowd: Int
  // This worker only.
  let sessions: SessionTable
  let burst: Burst
  let transmitQueues: UnsafeMutablePointer<TransmitQueue>
  let handOverQueues: UnsafeMutablePointer<HandOverQueue>
  var clock: WorkerClock
  /// Several frontends only: what crosses from the backend port, until it is known by which of them it leaves.
  let crossing: UnsafeMutablePointer<TransmitQueue>?
  /// The port that the burst in hand came in by, and the queue of what crosses from there.
  var arrival = PortIndex(0)
  var across: UnsafeMutablePointer<TransmitQueue>
  var sweep: SweepPlan
  var rejections = RejectionBudget()
  /// Pings that Sluice answers itself.
  var echoes = RejectionBudget()
  var fragments: FragmentTracker
  private var idlePolls: UInt32 = 0
  /// Whether the turn before found frames.
  private var isBusy = false
  /// Last, as only new flows ask.
  var flood = FloodWatch()
  // Seldom: behind what every frame needs.
  let notices: NoticeRing
  let pool: MbufPool
  /// An address that management has borrowed; 0.0.0.0: none.
  var listener = IPv4Address(rawValue: 0)
  // Of kernel twins; behind all that every frame needs.
  /// Of `portCount` ports the last ones are those of kernel twins, in the order of `twins`.
  let twinCount: Int
  let twins: UnsafeMutablePointer<WorkerTwin>
  var neighbors = NeighborSides()
  /// Of connections that begin, where a service is observed.
  var openings: OpeningTimes
  /// The backend that the frame in hand has brought with it, from who remembers its client's.
  var brought: BackendIndex?

  /// - Throws: `EALError` when there is no memory for the session table.
  public init(_ resources: WorkerResources) throws(EALError) {
    index = resources.index
    owner = resources.owner
    inbox = resources.inbox
    published = resources.published
    quiescence = resources.quiescence
    sleepsWhenIdle = resources.sleepsWhenIdle
    tally = resources.tally
    backendTally = resources.backendTally
    mailbox = resources.mailbox
    notices = resources.notices
    pool = resources.pool
    sessions = try SessionTable(
      capacity: resources.sessionCapacity, hash: resources.sessionHash, socket: resources.socket)
    crowd = sessions.entryCount / 10 * 9
    burst = Burst()
    fragments = FragmentTracker(resources.fragments, hash: resources.sessionHash)
    clock = WorkerClock(frequency: Clock.frequency, now: Clock.now())
    openings = OpeningTimes(frequency: Clock.frequency)
    sweep = SweepPlan(buckets: sessions.bucketCount)
    portCount = resources.ports.count
    workerCount = resources.inboxes.count
    unsafe ports = .allocate(capacity: portCount)
    twinCount = resources.twins.count
    unsafe twins = .allocate(capacity: twinCount)
    for (position, twin) in resources.twins.enumerated() { unsafe (twins + position).initialize(to: twin) }
    unsafe transmitQueues = .allocateLines(capacity: portCount)
    for (position, port) in resources.ports.enumerated() {
      unsafe (ports + position).initialize(to: port)
      unsafe (transmitQueues + position).initialize(
        to: TransmitQueue(device: port.device, port: PortIndex(UInt8(position)), route: port.transmit))
    }
    unsafe across = unsafe transmitQueues
    unsafe crossing = unsafe Self.crossing(resources.ports)
    unsafe handOverQueues = .allocateLines(capacity: workerCount)
    for (position, ring) in resources.inboxes.enumerated() {
      unsafe (handOverQueues + position).initialize(to: HandOverQueue(ring: ring))
    }
  }

  deinit {
    unsafe ports.deinitialize(count: portCount).deallocate()
    unsafe twins.deinitialize(count: twinCount).deallocate()
    unsafe transmitQueues.deinitialize(count: portCount).deallocate()
    unsafe handOverQueues.deinitialize(count: workerCount).deallocate()
    unsafe crossing?.deinitialize(count: 1).deallocate()
  }

  /// Entries of the session table.
  public var sessionEntries: Int { sessions.entryCount }

  /// One turn: a burst from each queue and from the ring, some ageing, an answer if one is asked for, everything
  /// sent, counters shown, and the report that no published pointer is held.
  @_noLocks
  public mutating func breathe() {
    let tables = unsafe published.current()
    begin()
    var received = 0
    for port in 0..<portCount {
      received &+= unsafe receive(from: PortIndex(UInt8(truncatingIfNeeded: port)), tables)
    }
    received &+= unsafe receiveFromRing(tables)
    let swept = unsafe sweepSessions(tables)
    let flushed = unsafe answerQuestion(tables)
    finish(received: received, swept: swept || flushed)
    quiescence.report(reader: UInt32(index.rawValue))
  }

  /// Reads the clock, once a turn: a turn that found work has lasted until the next one begins.
  @_noLocks @inline(__always)
  mutating func begin() {
    let before = clock.now
    if clock.advance() {
      refillBudgets()
      watchFlood()
      sweepFragments()
    }
    guard isBusy else { return }
    tally.add(.busyCycles, Int(truncatingIfNeeded: clock.now &- before))
    isBusy = false
  }

  /// A new tick: what may be answered in it.
  @_noLocks
  mutating func refillBudgets() {
    rejections.refill()
    echoes.refill()
  }

  /// Sends what was collected and shows the counters, if there is anything new.
  @_noLocks
  mutating func finish(received: Int, swept: Bool) {
    tally.add(.polls)
    guard received > 0 || swept else { return idle() }
    idlePolls = 0
    flush()
    if received > 0 {
      tally.add(.busyPolls)
      isBusy = true
    }
    tally.publish()
  }

  @_noLocks
  mutating func flush() {
    if let crossing = unsafe crossing { unsafe spread(crossing) }
    // Hand-overs first: their owners may already wait for them.
    for worker in 0..<workerCount { unsafe handOverQueues[worker].flush(tally) }
    for port in 0..<portCount { unsafe transmitQueues[port].flush(tally) }
  }

  /// Without work: spin, or with `idle: sleep` after 64 empty polls give the core away.
  @_noLocks
  private mutating func idle() {
    guard sleepsWhenIdle else { return Clock.pause() }
    idlePolls &+= 1
    if idlePolls < 64 { return Clock.pause() }
    if idlePolls == 64 { tally.publish() }
    Clock.sleep(microseconds: idlePolls < 1024 ? 20 : 100)
    if idlePolls > 1 << 20 { idlePolls = 1024 }
  }

  // MARK: Verdicts

  /// Out of a port, to be counted under a verdict.
  @_noLocks @inline(__always)
  mutating func send(_ mbuf: Mbuf, to port: PortIndex, as verdict: Verdict) {
    // Port indices come from this worker's own list.
    unsafe transmitQueues[Int(port.rawValue)].append(mbuf, as: verdict, tally: tally)
  }

  /// Out of the port opposite to that of the burst in hand.
  @_noLocks @inline(__always)
  mutating func sendAcross(_ mbuf: Mbuf, as verdict: Verdict) {
    unsafe across.pointee.append(mbuf, as: verdict, tally: tally)
  }

  /// Across, unchanged.
  @_noLocks @inline(__always)
  mutating func pass(_ mbuf: Mbuf, _ reason: PassReason) { sendAcross(mbuf, as: .passed(reason)) }

  /// Across unchanged, unless it is for a kernel twin, or the instance drops what no service claims.
  @_noLocks @inline(__always)
  mutating func unmatched(_ mbuf: Mbuf, _ reason: PassReason, _ tables: UnsafePointer<ForwardingTables>) {
    if twinCount != 0, goesToTwin(mbuf) { return }
    if unsafe tables.pointee.dropsUnmatched { return unsafe dropUnmatched(mbuf, tables) }
    pass(mbuf, reason)
  }

  @_noLocks
  mutating func drop(_ mbuf: Mbuf, _ reason: DropReason) {
    tally.add(reason)
    mbuf.free()
  }

  /// To the worker that owns the flow.
  @_noLocks
  mutating func handOver(_ mbuf: Mbuf, to worker: WorkerIndex) {
    // The owner function gives indices below the number of workers.
    unsafe handOverQueues[Int(worker.rawValue)].append(mbuf, arrival: arrival, tally: tally)
  }
}
