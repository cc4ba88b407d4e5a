import Counters

/// How new sessions with one backend began, as workers of an observed service count it.
public struct OpeningReport: Codable, Equatable, Sendable {
  /// Connections that clients began.
  public var attempted: UInt64
  /// SYNs that had to be sent again.
  public var repeated: UInt64
  /// Connections that the server answered; of a `dsr` service, those in which the client went on.
  public var answered: UInt64
  /// Those that it refused with a RST.
  public var refused: UInt64
  /// Those that an ICMP error ended.
  public var unreachable: UInt64
  /// Those that the client gave up, or whose entry gave way to another.
  public var abandoned: UInt64
  /// Those whose end has not been seen: under way, or never answered.
  public var open: UInt64
  /// New flows of datagrams.
  public var datagramFlows: UInt64
  /// Those that an ICMP error answered.
  public var datagramFlowsUnreachable: UInt64
  /// Mean time from SYN to SYN-ACK; absent when none was timed.
  public var meanAnswerSeconds: Double?
  /// All those times together.
  public var answerSeconds: Double
  /// Answers by that time: at position n those of less than 2^n microseconds, and not less than 2^(n-1).
  public var answersByTime: [UInt64]

  init(_ openings: OpeningSnapshot) {
    attempted = openings[.attempted]
    repeated = openings[.repeated]
    answered = openings[.answered]
    refused = openings[.refused]
    unreachable = openings[.unreachable]
    abandoned = openings[.abandoned]
    open = openings.open
    datagramFlows = openings[.datagramsBegan]
    datagramFlowsUnreachable = openings[.datagramsUnreachable]
    let timed = openings.timedAnswers
    if timed > 0 { meanAnswerSeconds = (Double(openings.answerMicroseconds) / Double(timed)).rounded() / 1e6 }
    answerSeconds = Double(openings.answerMicroseconds) / 1e6
    answersByTime = openings.answersByTime
  }
}
