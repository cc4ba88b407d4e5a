import EAL
import Tables

/// What the dataplane is to be made of.
public struct DataplaneSettings: Sendable {
  /// By `PortIndex`: frontends first.
  public var ports: [PortRequest]
  public var workers: [EnvironmentSettings.Lcore]
  /// Flows that one worker holds.
  public var sessionCapacity: Int
  /// What one worker keeps of datagrams in fragments.
  public var fragments = FragmentLimits()
  public var sleepsWhenIdle: Bool
  /// Backend slots to count for.
  public var backendSlots: Int

  public init(
    ports: [PortRequest], workers: [EnvironmentSettings.Lcore], sessionCapacity: Int, sleepsWhenIdle: Bool,
    backendSlots: Int
  ) {
    self.ports = ports
    self.workers = workers
    self.sessionCapacity = sessionCapacity
    self.sleepsWhenIdle = sleepsWhenIdle
    self.backendSlots = backendSlots
  }

  static let descriptors = 1024
  static let inboxCapacity = 2047

  /// Mbufs for everything that can hold them: queues, rings, bursts, caches.
  var mbufCount: Int {
    let queues = ports.count * workers.count * 2 * Self.descriptors
    let need = queues + workers.count * (Self.inboxCapacity + 1024 + fragments.held)
    var count = 8192
    while count < need { count *= 2 }
    return count - 1
  }

  /// Whether a CPU runs more than one worker.
  var sharesCPUs: Bool { Set(workers.map(\.cpu)).count < workers.count }

  /// Bytes of DPDK memory that all of it takes, for `memory: auto`.
  ///
  /// - Throws: `EALError` when a port's interface does not exist or cannot be served.
  public func memoryNeeded() throws(EALError) -> UInt64 {
    var room = 0
    for port in ports { room = max(room, try FrameSizePlan.make(for: port).room) }
    let sessions = workers.count * SessionTable.byteCount(capacity: sessionCapacity)
    let pool = MbufPool.byteCount(count: mbufCount, room: room)
    let rings = workers.count * (64 << 10)
    // EAL, drivers, and the heap's own alignment: measured below 24 MiB.
    return UInt64(sessions + pool + rings + (32 << 20))
  }
}
