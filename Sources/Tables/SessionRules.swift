import Net

/// The state machine of sessions as two small tables: what a packet makes of the progress, and how long
/// each phase may idle. Immutable; one per table set, so that timeouts can change at run time.
///
/// A view: the table set owns the memory.
@safe @frozen
public struct SessionRules {
  /// `[who 2][event 5][progress 6]` -> progress, where 0 is a server, 1 a client, 2 a client whose server is never
  /// heard (`dsr`). 6 KiB, of which a worker touches a few lines. The same for all, and never freed.
  @usableFromInline let transitions: UnsafeMutablePointer<UInt8>
  /// `[progress 6][kind 2][transport 2]`, as these bits follow each other in a tag, -> ticks. 4 KiB likewise. The same
  /// once more behind it, as the hit path asks: the ticks with which it leaves the session to the slow path. Last, the ticks
  /// that an established session may idle, whatever its transport.
  @usableFromInline let timeouts: UnsafeMutablePointer<UInt32>

  static let transitionCount = 3 * SegmentEvent.count * SessionProgress.count
  @inlinable @inline(__always)
  static var timeoutCount: Int { @_noLocks get { 1 << 10 } }

  /// Allocates what is its own; `deallocate` frees it.
  ///
  /// - Parameters:
  ///   - affinity: ticks for which the server of a client is remembered by any service; each has its own limit below.
  ///   - timeout: ticks that a session may idle, at most `Tick.longestTimeout`.
  public init(affinity: UInt32 = Tick.longestTimeout, timeout: (TransportProtocol, SessionPhase) -> UInt32) {
    unsafe transitions = Transitions.shared.table
    unsafe timeouts = .allocate(capacity: 2 * Self.timeoutCount + 1)
    unsafe timeouts.initialize(repeating: 0, count: 2 * Self.timeoutCount + 1)
    for transport in TransportProtocol.allCases {
      for phase in [SessionPhase.opening, .answered, .established, .closing] {
        let ticks = timeout(transport, phase)
        precondition(ticks <= Tick.longestTimeout, "the configuration refuses longer timeouts")
        for others in 0..<32 {
          let progressAndKind = (others >> 2) << 3 | Int(phase.rawValue)
          unsafe timeouts[progressAndKind << 4 | (others & 3) << 2 | Int(transport.code)] =
            others & 3 == Int(SessionKind.affinity.rawValue) ? affinity : ticks
        }
      }
    }
    unsafe timeouts[2 * Self.timeoutCount] =
      TransportProtocol.allCases.map { timeout($0, .established) }.min() ?? 0
    for index in 0..<Self.timeoutCount {
      let isAwaited =
        SessionProgress(rawValue: UInt8(index >> 4)).isWatched && index & 3 == Int(TransportProtocol.tcp.code)
      unsafe timeouts[Self.timeoutCount + index] = isAwaited ? 0 : timeouts[index] + 1
    }
  }

  func deallocate() { unsafe timeouts.deallocate() }

  /// What every packet makes of every progress, worked out once.
  @safe
  private struct Transitions: @unchecked Sendable {
    let table: UnsafeMutablePointer<UInt8>
    static let shared = Transitions()

    init() {
      unsafe table = .allocate(capacity: transitionCount)
      for index in 0..<transitionCount {
        let progress = SessionProgress(rawValue: UInt8(index & 63))
        let event = SegmentEvent(rawValue: UInt8(index >> 6 & 31))
        let isOneWay = index >> 11 == 2
        let fromClient = index >> 11 != 0
        let isReused = fromClient && event.opensConnection && progress.phase.isClosing
        let after = isOneWay ? progress.afterOneWay(event) : progress.after(event, fromClient: fromClient)
        let next = isReused ? SessionProgress.over : after
        unsafe (table + index).initialize(to: next.rawValue)
      }
    }
  }

  /// The progress after a packet; `.over` if the packet is not of this session, but begins another with its
  /// client's port (behaviour 45).
  @_noLocks @inlinable @inline(__always)
  public func progress(
    after event: SegmentEvent, fromClient: Bool, from progress: SessionProgress
  ) -> SessionProgress {
    // In range: 1, 5 and 6 bits.
    let index = Int(progress.rawValue & 63) | Int(event.rawValue) << 6 | (fromClient ? 1 << 11 : 0)
    return unsafe SessionProgress(rawValue: transitions[index])
  }

  /// The same after a client's packet, where its server is never heard (`dsr`).
  @_noLocks @inlinable @inline(__always)
  public func progressOneWay(after event: SegmentEvent, from progress: SessionProgress) -> SessionProgress {
    // In range: 2, 5 and 6 bits.
    let index = Int(progress.rawValue & 63) | Int(event.rawValue) << 6 | 2 << 11
    return unsafe SessionProgress(rawValue: transitions[index])
  }

  /// A tick as the hit path wants it.
  @_noLocks @inlinable @inline(__always)
  public func moment(_ tick: Tick) -> Moment { unsafe Moment(tick, limit: timeouts[2 * Self.timeoutCount]) }

  /// Ticks until the session expires if no packet comes; 0 also if it has expired.
  @_noLocks @inlinable @inline(__always)
  public func ticksLeft(_ entry: SessionEntry, at now: Tick) -> UInt32 {
    // 10 bits.
    let index = Int(truncatingIfNeeded: entry.tag >> 30 & 0x3FF)
    let idle = now.since(entry.lastSeen)
    return unsafe timeouts[index] > idle ? timeouts[index] &- idle : 0
  }

  /// Whether the session has idled for longer than its phase allows.
  @_noLocks @inlinable @inline(__always)
  public func hasExpired(_ entry: SessionEntry, at now: Tick) -> Bool {
    // 10 bits.
    let index = Int(truncatingIfNeeded: entry.tag >> 30 & 0x3FF)
    return unsafe now.since(entry.lastSeen) > timeouts[index]
  }

  /// Whether the hit path leaves the session's packets to the slow path: it has expired, or a TCP connection is about to
  /// begin and that is observed (`SessionProgress.watched`).
  @_noLocks @inlinable @inline(__always)
  public func leavesHitPath(_ entry: SessionEntry, at now: Tick) -> Bool {
    // 10 bits, behind the first table.
    let index = Int(truncatingIfNeeded: entry.tag >> 30 & 0x3FF) &+ Self.timeoutCount
    return unsafe now.since(entry.lastSeen) >= timeouts[index]
  }
}
