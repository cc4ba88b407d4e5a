/// One backend's counters, of one worker or summed.
public struct BackendSnapshot: Equatable, Sendable {
  public var requestPackets: UInt64 = 0
  public var requestBytes: UInt64 = 0
  public var replyPackets: UInt64 = 0
  public var replyBytes: UInt64 = 0
  public var sessionsCreated: UInt64 = 0
  /// Sessions in the tables now.
  public var sessionsActive: UInt64 = 0
  /// Packets that went by the stateless choice and left no session.
  public var statelessPackets: UInt64 = 0
  /// Entries of session tables that name the backend now: its sessions, and clients that talk to it themselves.
  public var entries: UInt64 = 0

  public init() {}

  init(
    requestPackets: UInt64, requestBytes: UInt64, replyPackets: UInt64, replyBytes: UInt64, sessionsCreated: UInt64,
    sessionsActive: UInt64, statelessPackets: UInt64, entries: UInt64
  ) {
    self.requestPackets = requestPackets
    self.requestBytes = requestBytes
    self.replyPackets = replyPackets
    self.replyBytes = replyBytes
    self.sessionsCreated = sessionsCreated
    self.sessionsActive = sessionsActive
    self.statelessPackets = statelessPackets
    self.entries = entries
  }

  public static func + (left: Self, right: Self) -> Self {
    Self(
      requestPackets: left.requestPackets &+ right.requestPackets,
      requestBytes: left.requestBytes &+ right.requestBytes,
      replyPackets: left.replyPackets &+ right.replyPackets, replyBytes: left.replyBytes &+ right.replyBytes,
      sessionsCreated: left.sessionsCreated &+ right.sessionsCreated,
      sessionsActive: left.sessionsActive &+ right.sessionsActive,
      statelessPackets: left.statelessPackets &+ right.statelessPackets, entries: left.entries &+ right.entries)
  }
}
