import Counters
import EAL
import Net

/// Frames on their way out of one port, collected for one driver call, with the verdicts under which they are counted
/// once the driver has them: run by run, as mostly all have one.
@safe
struct TransmitQueue: ~Copyable {
  private static var capacity: Int { @_noLocks get { 64 } }
  /// Calls to a driver that takes only a part, before the rest is dropped.
  private static var attempts: Int { @_noLocks get { 4 } }

  /// DPDK's number of the port; nil while it is removed.
  var device: UInt16?
  private let port: PortIndex
  private let route: TransmitRoute
  private let mbufs: MbufArray
  private let runs: UnsafeMutablePointer<VerdictRun>
  /// The run that is growing.
  private var last: UnsafeMutablePointer<VerdictRun>
  /// Frames collected.
  private(set) var count = 0

  init(device: UInt16, port: PortIndex, route: TransmitRoute) {
    self.device = device
    self.port = port
    self.route = route
    mbufs = MbufArray(capacity: Self.capacity)
    // One more than frames: the first may be empty.
    unsafe runs = .allocateLines(capacity: Self.capacity + 1)
    unsafe runs.initialize(repeating: VerdictRun(verdict: .forwarded, count: 0), count: Self.capacity + 1)
    unsafe last = unsafe runs
  }

  deinit { unsafe runs.deallocate() }

  @_noLocks @inline(__always)
  mutating func append(_ mbuf: Mbuf, as verdict: Verdict, tally: Tally) {
    if count == Self.capacity { flush(tally) }
    mbufs[count] = mbuf
    grow(by: 1, verdict)
  }

  /// Counts frames that have been put behind the others.
  @_noLocks @inline(__always)
  private mutating func grow(by added: Int, _ verdict: Verdict) {
    count &+= added
    if unsafe last.pointee.verdict.rawValue != verdict.rawValue { beginRun(of: verdict) }
    unsafe last.pointee.count &+= added
  }

  /// Begins a run. Each but the first has a frame at least, so that there is room for it.
  @_noLocks @inline(never)
  private mutating func beginRun(of verdict: Verdict) {
    unsafe last += 1
    unsafe last.pointee = VerdictRun(verdict: verdict, count: 0)
  }

  /// Makes room for up to `limit` frames, a burst's at most, that a loop appends under one verdict: so that each costs one
  /// store. Until `end` nothing else appends.
  @_noLocks @inline(__always)
  mutating func begin(upTo limit: Int, _ tally: Tally) -> MbufSlots {
    if count &+ limit > Self.capacity { flush(tally) }
    return mbufs.slots(from: count)
  }

  /// The frames that were put there are the queue's, to be counted under a verdict.
  @_noLocks @inline(__always)
  mutating func end(_ run: MbufSlots, as verdict: Verdict) {
    let added = run.count
    if added > 0 { grow(by: added, verdict) }
  }

  /// Sends what was collected; what does not fit is dropped and counted. Never in line, since it would take the
  /// registers of the loops that append.
  @_noLocks @inline(never)
  mutating func flush(_ tally: Tally) {
    guard count > 0 else { return }
    switch route {
    case .queue(let queue): transmit(queue, tally)
    case .ring(let ring): handOver(ring, tally)
    case .crossing: drop(tally)
    }
    forget()
  }

  /// The frame at a position below `count`.
  @_noLocks
  func mbuf(at position: Int) -> Mbuf { mbufs[position] }

  /// How many runs there are.
  var runCount: Int { @_noLocks get { unsafe last - runs + 1 } }

  /// The run at a position below `runCount`.
  @_noLocks
  func run(at position: Int) -> VerdictRun { unsafe runs[position] }

  /// Forgets what was collected; somebody else has it now.
  @_noLocks
  mutating func forget() {
    count = 0
    unsafe last = unsafe runs
    unsafe last.pointee.count = 0
  }

  /// More frames crossed than a burst has, and none found its frontend in time.
  @_noLocks
  private mutating func drop(_ tally: Tally) {
    tally.add(.transmitQueueFull, count)
    mbufs.free(from: 0, count: count)
  }

  @_noLocks
  private mutating func transmit(_ queue: UInt16, _ tally: Tally) {
    guard let device else {
      tally.add(.portRemoved, count)
      return mbufs.free(from: 0, count: count)
    }
    var sent = mbufs.transmit(port: device, queue: queue, from: 0, count: count)
    var attempt = 1
    while sent < count, attempt < Self.attempts {
      sent &+= mbufs.transmit(port: device, queue: queue, from: sent, count: count &- sent)
      attempt &+= 1
    }
    countVerdicts(sent, tally)
    guard sent < count else { return }
    tally.add(.transmitQueueFull, count &- sent)
    mbufs.free(from: sent, count: count &- sent)
  }

  /// Counts the verdicts of the first `sent` frames.
  @_noLocks
  private func countVerdicts(_ sent: Int, _ tally: Tally) {
    var rest = sent
    var run = unsafe runs
    while rest > 0 {
      let counted = unsafe min(run.pointee.count, rest)
      unsafe tally.add(run.pointee.verdict, counted)
      rest &-= counted
      unsafe run += 1
    }
  }

  /// To the worker that has a queue on this port; it counts the verdicts.
  @_noLocks
  private mutating func handOver(_ ring: Ring, _ tally: Tally) {
    var index = 0
    for position in 0..<runCount {
      let run = run(at: position)
      for _ in 0..<run.count {
        let mark = unsafe mbufs[index].mark
        unsafe mark.pointee.reason = HandOverReason.transmit.rawValue
        unsafe mark.pointee.port = port.rawValue
        unsafe mark.pointee.verdict = run.verdict.rawValue
        index &+= 1
      }
    }
    let sent = mbufs.send(to: ring, count: count)
    tally.add(.handedOver, sent)
    guard sent < count else { return }
    tally.add(.ringFull, count &- sent)
    mbufs.free(from: sent, count: count &- sent)
  }
}

/// Frames in a row under one verdict.
struct VerdictRun {
  var verdict: Verdict
  var count: Int
}
