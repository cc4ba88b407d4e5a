import Net

/// The counters of one worker, each a 64-bit word; `DropReason` and `PassReason` add one word a case.
@frozen
public enum Counter: CaseIterable, Sendable {
  // Where frames came from.
  case receivedFromPorts
  case receivedFromRings
  /// Made here, such as a gratuitous ARP.
  case originated
  /// Further copies of one frame.
  case copied

  // Where they went.
  /// To or from a service, translated.
  case forwarded
  /// Turned into an answer and sent back.
  case answered
  case toKernel
  /// To another worker, which owns the flow or the transmit queue.
  case handedOver
  /// Kept for a while, such as an early fragment; a gauge.
  case held

  // Sessions.
  /// Entries in use; a gauge.
  case sessionsActive
  /// Entries made.
  case sessionsCreated
  /// Entries whose timeout passed.
  case sessionsExpired
  /// Unconfirmed entries that gave way to new ones.
  case sessionsEvicted
  /// Entries of killed backends that ended.
  case sessionsKilled
  /// Entries that an operator removed.
  case sessionsFlushed
  /// Flows that found no place and went by the stateless choice.
  case sessionsNotStored
  /// Packets of new flows that left no entry during a flood.
  case sessionsLeftOut
  /// The most entries that were in use at once.
  case sessionsPeak
  /// 1 while new flows come as a flood and are not stored; a gauge.
  case statelessMode
  /// Flows that got another server, as the client's port was in use with the chosen one.
  case clashesAvoided
  /// Frames of flows that were refused, as the client's port was in use with the only server there is.
  case clashesRefused
  /// TCP flows met in mid-stream, from the client's side (behaviour 49).
  case adoptedRequests
  /// Flows met by a reply that the stateless choice confirmed (behaviour 49).
  case adoptedReplies
  /// ICMP errors about a service's flow, translated.
  case errorsTranslated

  // ARP.
  /// ARP packets by which somebody else claims an address that Sluice answers for.
  case addressConflicts

  // The loop.
  case polls
  case busyPolls
  /// Time-stamp cycles of the polls that found work.
  case busyCycles

  /// The counter's word.
  @inlinable @inline(__always)
  public var index: Int {
    @_noLocks get {
      // A frozen enum without payloads is stored as the ordinal of its case.
      unsafe Int(unsafeBitCast(self, to: UInt8.self))
    }
  }
}
