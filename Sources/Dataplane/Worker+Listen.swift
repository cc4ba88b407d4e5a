import EAL
import Net
import Packet
import Tables

/// An address that management borrows for a while, to hear what servers answer (`sluice doctor`).
extension Worker {
  /// Drops what no service claims, unless it is what management listens for: that is told first. Not inlined: for frames
  /// that lead nowhere.
  @_noLocks @inline(never)
  mutating func dropUnmatched(_ mbuf: Mbuf, _ tables: UnsafePointer<ForwardingTables>) {
    if listener.rawValue != 0, hearEcho(mbuf) { return drop(mbuf, .forSluice) }
    unsafe drop(mbuf, unmatchedReason(tables))
  }

  /// Tells management of an echo reply to the borrowed address; false: it is none.
  @_noLocks
  private mutating func hearEcho(_ mbuf: Mbuf) -> Bool {
    var parsed = ParsedFrame()
    let outcome = unsafe FrameParser.parse(
      mbuf.data, contiguous: mbuf.contiguousLength, length: mbuf.length, into: &parsed)
    guard case .echoReply = outcome, parsed.destination.rawValue == listener.rawValue else { return false }
    notices.put(.echoReply(from: parsed.source, identifier: parsed.destinationPort))
    return true
  }

  /// Borrows an address, or with 0.0.0.0 gives it back.
  @_noLocks
  mutating func listen(on address: IPv4Address) {
    listener = address
    mailbox.reply(WorkerAnswer(count: 1, next: 0, now: clock.tick))
  }
}
