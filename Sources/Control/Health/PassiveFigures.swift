import Counters

/// What new sessions of one kind, connections or flows of datagrams, say of a backend; counted since the start.
struct PassiveFigures: Equatable, Sendable {
  /// Those that began, but for those that say nothing.
  var sessions: Int
  /// Those whose end has not been seen: under way, or not answered.
  var open = 0
  /// Those that a RST answered.
  var refused = 0
  /// Those that an ICMP error answered.
  var unreachable = 0
  /// SYNs that were sent again, where nothing else of a connection is seen.
  var repeated = 0

  /// What a backend's connections say.
  ///
  /// - Parameter isHeard: whether its answers are seen. Where not, clients that begin and do not go on say nothing, since
  ///   anybody can send a SYN; those that repeat themselves do.
  static func connections(_ openings: OpeningSnapshot, isHeard: Bool) -> PassiveFigures {
    let sessions = Int(clamping: openings[.attempted]) - Int(clamping: openings[.abandoned])
    guard isHeard else { return PassiveFigures(sessions: sessions, repeated: Int(clamping: openings[.repeated])) }
    return PassiveFigures(
      sessions: sessions, open: Int(clamping: openings.open), refused: Int(clamping: openings[.refused]),
      unreachable: Int(clamping: openings[.unreachable]))
  }

  /// What its flows of datagrams say: an answer may never have been wanted, hence errors alone count.
  static func datagrams(_ openings: OpeningSnapshot) -> PassiveFigures {
    PassiveFigures(
      sessions: Int(clamping: openings[.datagramsBegan]), unreachable: Int(clamping: openings[.datagramsUnreachable]))
  }
}
