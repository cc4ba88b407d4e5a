import Net

/// One worker's counters at one moment, or the sum of several workers'.
public struct TallySnapshot: Equatable, Sendable {
  private var words: [UInt64]

  init(words: [UInt64]) { self.words = words }

  /// All zero.
  public init() { words = [UInt64](repeating: 0, count: Tally.wordCount) }

  public subscript(counter: Counter) -> UInt64 { words[counter.index] }
  public subscript(reason: DropReason) -> UInt64 { words[Tally.firstDrop + reason.index] }
  public subscript(reason: PassReason) -> UInt64 { words[Tally.firstPass + reason.index] }

  public var dropped: UInt64 { DropReason.allCases.reduce(0) { $0 &+ self[$1] } }
  public var passed: UInt64 { PassReason.allCases.reduce(0) { $0 &+ self[$1] } }

  /// Everything that came in: from ports, from rings, made here, copied.
  public var arrivals: UInt64 {
    self[.receivedFromPorts] &+ self[.receivedFromRings] &+ self[.originated] &+ self[.copied]
  }

  /// Everything that became of it.
  public var departures: UInt64 {
    self[.forwarded] &+ self[.answered] &+ passed &+ self[.toKernel] &+ self[.handedOver] &+ self[.held] &+ dropped
  }

  /// Whether every frame is accounted for (behaviour 91).
  public var isBalanced: Bool { arrivals == departures }

  public static func + (left: Self, right: Self) -> Self {
    Self(words: zip(left.words, right.words).map { $0 &+ $1 })
  }
}
