import Counters
import EAL
import Net

/// Frames on their way out of one port, collected for one driver call, each with the verdict under which it
/// is counted once the driver has it.
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
  private let verdicts: UnsafeMutablePointer<Verdict>
  /// Frames collected.
  private(set) var count = 0

  init(device: UInt16, port: PortIndex, route: TransmitRoute) {
    self.device = device
    self.port = port
    self.route = route
    mbufs = MbufArray(capacity: Self.capacity)
    unsafe verdicts = .allocateLines(capacity: Self.capacity)
    unsafe verdicts.initialize(repeating: .forwarded, count: Self.capacity)
  }

  deinit { unsafe verdicts.deallocate() }

  @_noLocks @inline(__always)
  mutating func append(_ mbuf: Mbuf, as verdict: Verdict, tally: Tally) {
    if count == Self.capacity { flush(tally) }
    mbufs[count] = mbuf
    // Below the capacity, as above.
    unsafe verdicts[count] = verdict
    count &+= 1
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
    for _ in 0..<run.count {
      // Below the capacity, as above.
      unsafe verdicts[count] = verdict
      count &+= 1
    }
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
    count = 0
  }

  /// The frame at a position below `count`.
  @_noLocks
  func mbuf(at position: Int) -> Mbuf { mbufs[position] }

  /// The verdict of the frame at a position below `count`.
  @_noLocks
  func verdict(at position: Int) -> Verdict { unsafe verdicts[position] }

  /// Forgets what was collected; somebody else has it now.
  @_noLocks
  mutating func forget() { count = 0 }

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

  /// Counts the first `sent` verdicts: run by run, and mostly there is one run.
  @_noLocks
  private func countVerdicts(_ sent: Int, _ tally: Tally) {
    var first = 0
    while first < sent {
      let end = endOfRun(from: first, limit: sent)
      // `verdicts[0 ..< count]` are set.
      unsafe tally.add(verdicts[first], end &- first)
      first = end
    }
  }

  /// Where the run of equal verdicts that begins at `first` ends: eight at a time, as long as eight are left.
  @_noLocks @inline(__always)
  private func endOfRun(from first: Int, limit: Int) -> Int {
    let octets = unsafe UnsafeRawPointer(verdicts)
    let verdict = unsafe verdicts[first].rawValue
    let eight = UInt64(verdict) &* 0x0101_0101_0101_0101
    var end = first &+ 1
    // A verdict is one octet, and no octet beyond `limit` is read.
    while end &+ 8 <= limit, unsafe octets.loadUnaligned(fromByteOffset: end, as: UInt64.self) == eight { end &+= 8 }
    while end < limit, unsafe octets.load(fromByteOffset: end, as: UInt8.self) == verdict { end &+= 1 }
    return end
  }

  /// To the worker that has a queue on this port; it counts the verdicts.
  @_noLocks
  private mutating func handOver(_ ring: Ring, _ tally: Tally) {
    for index in 0..<count {
      let mark = unsafe mbufs[index].mark
      unsafe mark.pointee.reason = HandOverReason.transmit.rawValue
      unsafe mark.pointee.port = port.rawValue
      unsafe mark.pointee.verdict = verdicts[index].rawValue
    }
    let sent = mbufs.send(to: ring, count: count)
    tally.add(.handedOver, sent)
    guard sent < count else { return }
    tally.add(.ringFull, count &- sent)
    mbufs.free(from: sent, count: count &- sent)
  }
}
