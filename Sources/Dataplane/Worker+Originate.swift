import Counters
import EAL
import Net
import Packet
import Tables

/// Frames that nobody sent in.
extension Worker {
  /// Sends the frame that lies in the mailbox out of a port, as management asked. Returns whether it did; not with an
  /// empty pool, or on a port that is not there.
  @_noLocks
  mutating func originate(length: UInt32, by port: PortIndex) -> Bool {
    guard port.rawValue < UInt8(truncatingIfNeeded: portCount), let mbuf = pool.take(length: Int(length)) else {
      mailbox.reply(WorkerAnswer(count: 0, next: 0, now: clock.tick))
      return false
    }
    // The mailbox has taken as many bytes, and the mbuf has as many.
    unsafe FrameCopy.copy(mailbox.frameData, length: Int(length), to: mbuf.data)
    tally.add(.originated)
    send(mbuf, to: port, as: .forwarded)
    mailbox.reply(WorkerAnswer(count: 1, next: 0, now: clock.tick))
    return true
  }
}
