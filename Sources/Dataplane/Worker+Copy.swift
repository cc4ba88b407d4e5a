import Counters
import EAL
import Net

/// Copies of frames: for several frontends, for kernel twins, and to say something else in.
extension Worker {
  /// One more of a frame, which counts from now on: to be sent by whoever asked. Nil while there is no buffer; then it is
  /// counted as lost.
  @_noLocks
  mutating func copy(of mbuf: Mbuf) -> Mbuf? {
    tally.add(.copied)
    guard let copy = mbuf.copy() else {
      tally.add(.noBuffer)
      return nil
    }
    return copy
  }

  /// One more of a frame that somebody has, out of a port.
  @_noLocks
  mutating func sendCopy(of mbuf: Mbuf, to port: PortIndex, as verdict: Verdict) {
    if let copy = copy(of: mbuf) { send(copy, to: port, as: verdict) }
  }
}
