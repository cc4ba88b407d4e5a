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

  init(_ tally: TallySnapshot, capacity: Int, entries: Int) {
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
  }
}
