import Counters
import EAL
import Net
import Tables

/// Ports, pools, rings and workers, from bring-up to shutdown. Management side: the workers themselves
/// never look here.
public final class Dataplane {
  public let steering: SteeringPlan
  public let ports: [DataplanePort]
  public let workers: [WorkerObservation]
  /// Where ports are removed and made again.
  public let yard: PortYard
  /// What an operator should know of the set-up: one sentence each.
  public let remarks: [String]
  private let pools: [Int32: MbufPool]
  private let inboxes: [Ring]
  private let threads: [WorkerThread]

  /// Brings up ports and makes the workers; `start` sets them going.
  ///
  /// - Throws: `EALError`, one sentence that names the port or the memory that was missing.
  public init(
    _ settings: DataplaneSettings, published: Published, quiescence: QuiescentState
  ) throws(EALError) {
    let opened = try OpenedPorts.open(settings)
    steering = opened.steering(workers: settings.workers.count)
    pools = try opened.pools(settings)
    let berths = try opened.start(steering: steering, pools: pools)
    ports = berths.map(\.port)
    remarks = opened.remarks(ports)
    inboxes = try Self.inboxes(settings)
    var threads: [WorkerThread] = []
    var workers: [WorkerObservation] = []
    let owner = steering.owner(workers: settings.workers.count)
    for (position, core) in settings.workers.enumerated() {
      let index = WorkerIndex(UInt16(position))
      let socket = LcoreThread.socket(of: core.id)
      var resources = WorkerResources(
        index: index, ports: opened.workerPorts(of: index, inboxes: inboxes), owner: owner, inbox: inboxes[position],
        inboxes: inboxes, published: published, quiescence: quiescence, tally: .create(),
        backendTally: .create(slotCount: settings.backendSlots), mailbox: .create(),
        notices: .create(), pool: try opened.pool(among: pools, near: socket),
        sessionCapacity: settings.sessionCapacity, socket: socket, sleepsWhenIdle: settings.sleepsWhenIdle)
      resources.twins = opened.workerTwins
      resources.fragments = settings.fragments
      let thread = try WorkerThread.create(resources, lcore: core.id)
      threads.append(thread)
      workers.append(
        WorkerObservation(
          index: index, lcore: core.id, cpu: core.cpu, socket: socket, sessionEntries: thread.sessionEntries,
          queues: opened.queueText(of: index), tally: resources.tally, backends: resources.backendTally,
          mailbox: resources.mailbox, notices: resources.notices))
    }
    self.threads = threads
    self.workers = workers
    yard = PortYard(berths, mailboxes: workers.map(\.mailbox))
  }

  private static func inboxes(_ settings: DataplaneSettings) throws(EALError) -> [Ring] {
    var rings: [Ring] = []
    for (position, core) in settings.workers.enumerated() {
      rings.append(
        try .create(
          name: "sluice_inbox_\(position)", capacity: DataplaneSettings.inboxCapacity,
          socket: LcoreThread.socket(of: core.id)))
    }
    return rings
  }

  /// Sets the workers going.
  public func start() throws(EALError) {
    for thread in threads { try thread.start() }
  }

  /// Stops the workers, then the ports. The memory stays: counters can still be read, and the process
  /// ends next.
  public func stop() {
    for thread in threads { thread.stop() }
    for thread in threads { thread.wait() }
    yard.closeAll()
    for thread in threads { thread.destroy() }
  }

  /// Mbufs that nobody holds, and mbufs in all.
  public var mbufs: (available: Int, count: Int) {
    (pools.values.reduce(0) { $0 + $1.available }, pools.values.reduce(0) { $0 + $1.count })
  }
}
