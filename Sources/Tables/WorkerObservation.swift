import Counters
import Net

/// What management knows of a running worker: its facts, its counters to read at any time, and where to put
/// questions to it.
public struct WorkerObservation: Sendable {
  public var index: WorkerIndex
  /// DPDK's logical core.
  public var lcore: UInt32
  public var cpu: UInt32
  /// NUMA node of its session table, or -1.
  public var socket: Int32
  /// Entries of its session table: what fits, above the configured capacity.
  public var sessionEntries: Int
  /// Receive and transmit queues, as `frontend rx0 tx0, backend rx0`.
  public var queues: String
  public var tally: Tally
  public var backends: BackendTally
  public var mailbox: WorkerMailbox
  public var notices: NoticeRing

  public init(
    index: WorkerIndex, lcore: UInt32, cpu: UInt32, socket: Int32, sessionEntries: Int, queues: String, tally: Tally,
    backends: BackendTally, mailbox: WorkerMailbox, notices: NoticeRing
  ) {
    self.index = index
    self.lcore = lcore
    self.cpu = cpu
    self.socket = socket
    self.sessionEntries = sessionEntries
    self.queues = queues
    self.tally = tally
    self.backends = backends
    self.mailbox = mailbox
    self.notices = notices
  }
}
