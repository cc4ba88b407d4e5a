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
    for index in 0..<sent where unsafe verdicts[index].rawValue != verdicts[first].rawValue {
      // `verdicts[0 ..< count]` are set.
      unsafe tally.add(verdicts[first], index &- first)
      first = index
    }
    if sent > first { unsafe tally.add(verdicts[first], sent &- first) }
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
