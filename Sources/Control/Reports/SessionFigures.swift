import Counters

/// The session tables, of one worker or of all.
public struct SessionFigures: Codable, Equatable, Sendable {
  /// Entries in use; a gauge.
  public var active: UInt64
  /// The configured capacity.
  public var capacity: Int
  /// Entries that the tables have: what fits, above the capacity.
  public var entries: Int
  /// Entries made since start.
  public var created: UInt64
  /// Entries whose timeout passed.
  public var expired: UInt64
  /// Unconfirmed entries that gave way to new ones.
  public var evicted: UInt64
  /// Sessions of killed backends that ended.
  public var killed: UInt64
  /// Sessions that an operator flushed.
  public var flushed: UInt64
  /// Flows that found no place and went by the stateless choice.
  public var notStored: UInt64
  /// TCP flows met in mid-stream, from the client's side.
  public var adoptedRequests: UInt64
  /// Flows met by a reply that the stateless choice confirmed.
  public var adoptedReplies: UInt64

  /// The most entries that were in use at once; of all workers the sum of theirs.
  public var peak: UInt64
  /// Packets of new flows that left no entry, as a flood was on.
  public var leftOut: UInt64
  /// Workers in stateless mode, which do not store new flows; a gauge.
  public var stateless: UInt64
  /// Flows that got another backend, as the client's port was in use with the server of the chosen one.
  public var clashesAvoided: UInt64
  /// Frames of flows that were refused, as the client's port was in use with the only server there is.
  public var clashesRefused: UInt64
  /// Seconds until a table is full if it goes on filling as it did lately; of all workers the first. Absent while none
  /// fills.
  public var fullInSeconds: Double?

  /// - Parameter fullIn: the forecast of `TableWatch`.
  init(_ tally: TallySnapshot, capacity: Int, entries: Int, fullIn: Double?) {
    active = tally[.sessionsActive]
    self.capacity = capacity
    self.entries = entries
    created = tally[.sessionsCreated]
    expired = tally[.sessionsExpired]
    evicted = tally[.sessionsEvicted]
    killed = tally[.sessionsKilled]
    flushed = tally[.sessionsFlushed]
    notStored = tally[.sessionsNotStored]
    adoptedRequests = tally[.adoptedRequests]
    adoptedReplies = tally[.adoptedReplies]
    peak = tally[.sessionsPeak]
    leftOut = tally[.sessionsLeftOut]
    stateless = tally[.statelessMode]
    clashesAvoided = tally[.clashesAvoided]
    clashesRefused = tally[.clashesRefused]
    fullInSeconds = fullIn
  }
}
