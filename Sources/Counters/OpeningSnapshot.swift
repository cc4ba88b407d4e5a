/// How sessions with one backend began, counted since the start: of one worker or summed.
public struct OpeningSnapshot: Equatable, Sendable {
  /// Ranges of the time from SYN to SYN-ACK, each twice as long as the one before: the first is below a microsecond, the
  /// last has no end.
  public static let rangeCount = 23

  /// By `OpeningEvent`.
  private var events = [UInt64](repeating: 0, count: OpeningEvent.count)
  /// SYN-ACKs by the time that they took: at position n those of less than 2^n microseconds.
  public private(set) var answersByTime = [UInt64](repeating: 0, count: rangeCount)
  /// What the timed answers took together.
  public private(set) var answerMicroseconds: UInt64 = 0

  public init() {}

  init(events: [UInt64], answersByTime: [UInt64], answerMicroseconds: UInt64) {
    self.events = events
    self.answersByTime = answersByTime
    self.answerMicroseconds = answerMicroseconds
  }

  /// How often that happened.
  public subscript(event: OpeningEvent) -> UInt64 { events[event.rawValue] }

  /// Answers of which it is known how long they took: those to a SYN that was not repeated.
  public var timedAnswers: UInt64 { answersByTime.reduce(0, &+) }

  /// Attempts whose end has not been seen: under way, or never answered.
  public var open: UInt64 {
    let ended = self[.answered] &+ self[.refused] &+ self[.unreachable] &+ self[.abandoned]
    return self[.attempted] > ended ? self[.attempted] - ended : 0
  }

  public static func + (left: Self, right: Self) -> Self {
    Self(
      events: zip(left.events, right.events).map { $0 &+ $1 },
      answersByTime: zip(left.answersByTime, right.answersByTime).map { $0 &+ $1 },
      answerMicroseconds: left.answerMicroseconds &+ right.answerMicroseconds)
  }
}
