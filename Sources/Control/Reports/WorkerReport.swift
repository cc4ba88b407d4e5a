import Counters
import Tables

/// One worker: its place, its frames, its sessions and its load.
public struct WorkerReport: Codable, Equatable, Sendable {
  /// Its index.
  public var worker: Int
  /// DPDK's logical core.
  public var lcore: UInt32
  /// The operating system's CPU.
  public var cpu: UInt32
  /// NUMA node of its session table, or -1.
  public var numaNode: Int32
  /// Its receive and transmit queues.
  public var queues: String
  /// Taken from receive queues.
  public var receivedPorts: UInt64
  /// Handed over by other workers.
  public var receivedRings: UInt64
  /// Made by Sluice itself.
  public var originated: UInt64
  /// Further copies of one frame.
  public var copied: UInt64
  /// To or from a service, translated.
  public var forwarded: UInt64
  /// Turned into an answer and sent back.
  public var answered: UInt64
  /// Crossed unchanged.
  public var passed: UInt64
  /// Given to the host's kernel.
  public var toKernel: UInt64
  /// Given to another worker.
  public var handedOver: UInt64
  /// Kept for a while; a gauge.
  public var held: UInt64
  /// Dropped, for any reason.
  public var dropped: UInt64
  /// Everything that came in.
  public var arrivals: UInt64
  /// Everything that became of it.
  public var departures: UInt64
  /// Whether every frame is accounted for.
  public var balanced: Bool
  /// ICMP errors about services' flows, translated; among those forwarded.
  public var translatedErrors: UInt64
  /// Its session table.
  public var sessions: SessionFigures
  /// Rounds of its loop.
  public var polls: UInt64
  /// Rounds that found work.
  public var busyPolls: UInt64
  /// Time-stamp cycles of the rounds that found work.
  public var busyCycles: UInt64
  /// Share of the time since start that it had work, 0 to 1.
  public var busyShare: Double
  /// Busy cycles for each frame taken in; absent before the first.
  public var cyclesPerPacket: Double?

  init(_ worker: WorkerObservation, tally: TallySnapshot, reading: Reading) {
    let account = FrameAccount(tally, worker: Int(worker.index.rawValue))
    self.worker = Int(worker.index.rawValue)
    lcore = worker.lcore
    cpu = worker.cpu
    numaNode = worker.socket
    queues = worker.queues
    receivedPorts = account.receivedPorts
    receivedRings = account.receivedRings
    originated = account.originated
    copied = account.copied
    forwarded = account.forwarded
    answered = account.answered
    passed = account.passed
    toKernel = account.toKernel
    handedOver = account.handedOver
    held = account.held
    dropped = account.dropped
    arrivals = account.arrivals
    departures = account.departures
    balanced = account.balanced
    translatedErrors = tally[.errorsTranslated]
    sessions = SessionFigures(
      tally, capacity: reading.state.configuration.sessions.capacity, entries: worker.sessionEntries,
      fullIn: reading.fullIn(worker, tally))
    polls = tally[.polls]
    busyPolls = tally[.busyPolls]
    busyCycles = tally[.busyCycles]
    let cycles = reading.uptimeSeconds * Double(reading.instance.cyclesPerSecond)
    busyShare = cycles > 0 ? Self.rounded(min(1, Double(busyCycles) / cycles), 10_000) : 0
    let frames = receivedPorts + receivedRings
    cyclesPerPacket = frames > 0 ? Self.rounded(Double(busyCycles) / Double(frames), 10) : nil
  }

  private static func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }
}
