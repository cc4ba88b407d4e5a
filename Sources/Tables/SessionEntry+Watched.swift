import Net

extension SessionEntry {
  /// Whether it is a connection whose beginning is observed, so that the slow path takes its packets.
  @inlinable @inline(__always)
  public var isAwaited: Bool { @_noLocks get { progress.isWatched && transport.isTCP } }

  /// The same entry without the mark of an observed beginning.
  public var unwatched: Self { @_noLocks get { touched(SessionProgress(phase: .opening), at: lastSeen) } }

  /// The same entry with it.
  public var watched: Self { @_noLocks get { touched(.watched, at: lastSeen) } }
}
