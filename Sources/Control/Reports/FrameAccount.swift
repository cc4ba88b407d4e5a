import Counters

/// Where frames came from and where they went, of one worker or of all (design decision D8):
/// `received_ports + received_rings + originated + copied` = `arrivals`, `forwarded + answered + passed +
/// to_kernel + handed_over + held + dropped` = `departures`, and both are equal.
public struct FrameAccount: Codable, Equatable, Sendable {
  /// The worker; absent in the sum.
  public var worker: Int?
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

  init(_ tally: TallySnapshot, worker: Int?) {
    self.worker = worker
    receivedPorts = tally[.receivedFromPorts]
    receivedRings = tally[.receivedFromRings]
    originated = tally[.originated]
    copied = tally[.copied]
    forwarded = tally[.forwarded]
    answered = tally[.answered]
    passed = tally.passed
    toKernel = tally[.toKernel]
    handedOver = tally[.handedOver]
    held = tally[.held]
    dropped = tally.dropped
    arrivals = tally.arrivals
    departures = tally.departures
    balanced = tally.isBalanced
  }
}
