import Counters
import EAL
import Net

/// Frames on their way to one other worker, collected for one ring operation.
@safe
struct HandOverQueue: ~Copyable {
  private let mbufs: MbufArray
  private let ring: Ring
  private var count = 0

  init(ring: Ring) {
    mbufs = MbufArray(capacity: Burst.capacity)
    self.ring = ring
  }

  /// Takes a frame whose flow the other worker owns.
  ///
  /// - Parameter reason: why it travels; of some, the mark already says more.
  @_noLocks
  mutating func append(_ mbuf: Mbuf, arrival: PortIndex, as reason: HandOverReason = .flow, tally: Tally) {
    if count == Burst.capacity { flush(tally) }
    let mark = unsafe mbuf.mark
    unsafe mark.pointee.reason = reason.rawValue
    unsafe mark.pointee.port = arrival.rawValue
    mbufs[count] = mbuf
    count &+= 1
  }

  /// Puts what was collected on the ring; what does not fit is dropped and counted.
  @_noLocks
  mutating func flush(_ tally: Tally) {
    guard count > 0 else { return }
    let sent = mbufs.send(to: ring, count: count)
    tally.add(.handedOver, sent)
    if sent < count {
      tally.add(.ringFull, count &- sent)
      mbufs.free(from: sent, count: count &- sent)
    }
    count = 0
  }
}
