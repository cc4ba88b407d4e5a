import Net

/// One entry of a worker's session table as it was at a moment.
public struct SessionSnapshot: Equatable, Sendable {
  /// The client's end; for an echo its identifier is the port.
  public var client: Endpoint
  public var service: ServiceIndex
  public var backend: BackendIndex
  /// Whether the client talks to the backend itself, and not to the service.
  public var isDirect: Bool
  /// Whether it is no session, but the server that a client has by affinity.
  public var isAffinity: Bool
  public var progress: SessionProgress
  /// The port that the client is behind.
  public var frontend: PortIndex
  /// Ticks since the last packet.
  public var idle: UInt32
  /// Ticks until it expires, if no packet comes.
  public var ticksLeft: UInt32

  init(_ found: FoundSession, at now: Tick) {
    let entry = found.entry
    client = entry.client
    service = entry.service
    backend = entry.backend
    isDirect = entry.kind.isDirect
    isAffinity = entry.kind.isAffinity
    progress = entry.progress
    frontend = entry.frontend
    idle = now.since(entry.lastSeen)
    ticksLeft = found.ticksLeft
  }
}

/// What a worker writes down of an entry that was asked for.
@frozen
public struct FoundSession: Sendable {
  @usableFromInline var entry: SessionEntry
  @usableFromInline var ticksLeft: UInt32

  @_noLocks @inlinable @inline(__always)
  public init(_ entry: SessionEntry, ticksLeft: UInt32) {
    self.entry = entry
    self.ticksLeft = ticksLeft
  }
}
