import Net

/// Sessions whose beginning is observed (behaviour 87): opening ones with a mark, which is a bit that says something else of
/// closing ones only. Whatever asks for the phase takes a marked one for any other; the hit path alone leaves those of
/// TCP to the slow path, so that what counts how they begin costs no other session anything.
extension SessionProgress {
  /// Only the client has been heard, and what its server answers is to be counted.
  @inlinable @inline(__always)
  public static var watched: Self { @_noLocks get { Self(rawValue: 33) } }

  /// Whether it is an observed beginning.
  @inlinable @inline(__always)
  public var isWatched: Bool { @_noLocks get { rawValue & 0b10_0111 == 0b10_0001 } }

  /// What a packet makes of it: the mark stays until something answers, or the client goes another way than to repeat
  /// itself.
  func afterWatched(_ event: SegmentEvent, fromClient: Bool) -> SessionProgress {
    if fromClient, event.opensConnection || event.isDatagram { return self }
    return SessionProgress(phase: .opening).after(event, fromClient: fromClient)
  }
}
