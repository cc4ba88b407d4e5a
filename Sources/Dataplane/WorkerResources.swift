import Counters
import EAL
import Net
import Tables

/// What a worker is made of; all of it outlives the worker.
public struct WorkerResources {
  public var index: WorkerIndex
  /// By `PortIndex`.
  public var ports: [WorkerPort]
  /// In the order of their devices, which are the last of `ports`.
  public var twins: [WorkerTwin] = []
  public var owner: FlowOwner
  /// Where other workers put frames for this one.
  public var inbox: Ring
  /// By `WorkerIndex`; its own is not used.
  public var inboxes: [Ring]
  public var published: Published
  public var quiescence: QuiescentState
  public var tally: Tally
  public var backendTally: BackendTally
  /// Where management puts its questions.
  public var mailbox: WorkerMailbox
  /// What it tells management unasked.
  public var notices: NoticeRing
  /// Where the mbufs of frames come from that nobody sent in.
  public var pool: MbufPool
  /// Flows that its session table holds.
  public var sessionCapacity: Int
  /// Spreads flows over the session table. Random, so that nobody can aim at a bucket; a benchmark that counts
  /// instructions sets it.
  public var sessionHash = KeyedHash.random()
  /// What it keeps of datagrams in fragments.
  public var fragments = FragmentLimits()
  /// NUMA node of its session table, or -1.
  public var socket: Int32
  /// Whether to back off to short sleeps without work.
  public var sleepsWhenIdle: Bool

  public init(
    index: WorkerIndex, ports: [WorkerPort], owner: FlowOwner, inbox: Ring, inboxes: [Ring], published: Published,
    quiescence: QuiescentState, tally: Tally, backendTally: BackendTally, mailbox: WorkerMailbox, notices: NoticeRing,
    pool: MbufPool, sessionCapacity: Int, socket: Int32, sleepsWhenIdle: Bool
  ) {
    self.index = index
    self.ports = ports
    self.owner = owner
    self.inbox = inbox
    self.inboxes = inboxes
    self.published = published
    self.quiescence = quiescence
    self.tally = tally
    self.backendTally = backendTally
    self.mailbox = mailbox
    self.notices = notices
    self.pool = pool
    self.sessionCapacity = sessionCapacity
    self.socket = socket
    self.sleepsWhenIdle = sleepsWhenIdle
  }
}
