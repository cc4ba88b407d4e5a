import Net

/// How far a session has come: a phase and, for TCP, which sides have sent FIN, and whether a session that a reset
/// closes was established before. 6 bits.
///
/// Sequence numbers are not tracked, so nothing here can tell a reset or a FIN that its receiver believes from one that
/// it does not. What protects a session from a stranger who knows its two ends: no segment deletes it; a reset leaves
/// it the closing timeout, and the next ordinary segment of the server, or of the client if the session was established,
/// undoes the reset (a receiver answers a reset that it does not believe with a challenge ACK: RFC 5961, section 3.2); a
/// FIN closes nothing before the other side has sent one too; and a SYN on a session that lives leaves it as it is, for the
/// server to answer with a challenge ACK (RFC 5961, section 4.2).
@frozen
public struct SessionProgress: Hashable, Sendable {
  public let rawValue: UInt8
  /// Values there are.
  public static let count = 64

  @_noLocks @inlinable @inline(__always)
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A phase without a FIN from either side.
  @_noLocks @inlinable @inline(__always)
  public init(phase: SessionPhase) { rawValue = phase.rawValue }

  /// A phase, who has sent FIN, and whether a reset that closes it met it established.
  public init(
    _ phase: SessionPhase, clientFin: Bool = false, serverFin: Bool = false, wasEstablished: Bool = false
  ) {
    rawValue = phase.rawValue | (clientFin ? 8 : 0) | (serverFin ? 16 : 0) | (wasEstablished ? 32 : 0)
  }

  /// That of no session.
  @inlinable @inline(__always)
  public static var over: Self { @_noLocks get { Self(rawValue: 0) } }

  @inlinable @inline(__always)
  public var isOver: Bool { @_noLocks get { rawValue == 0 } }

  @inlinable @inline(__always)
  public var phase: SessionPhase { @_noLocks get { SessionPhase(rawValue: rawValue & 7) } }

  @inlinable @inline(__always)
  public var clientFin: Bool { @_noLocks get { rawValue & 8 != 0 } }

  @inlinable @inline(__always)
  public var serverFin: Bool { @_noLocks get { rawValue & 16 != 0 } }

  /// Whether it was established when a reset came; in every phase but closing it says something else (`isWatched`) or
  /// nothing.
  @inlinable @inline(__always)
  public var wasEstablished: Bool { @_noLocks get { rawValue & 32 != 0 } }

  /// What a packet from one side makes of the session.
  ///
  /// The rules behind `SessionRules`' table; RFC 9293, section 3.3.2, as seen from the middle.
  public func after(_ event: SegmentEvent, fromClient: Bool) -> SessionProgress {
    if isWatched { return afterWatched(event, fromClient: fromClient) }
    if event.isDatagram { return fromClient ? self : SessionProgress(.established) }
    if event.isReset { return afterReset }
    if event.isSyn { return afterSyn(fromClient: fromClient) }
    let next = afterData(fromClient: fromClient)
    guard event.isFin else { return next }
    let bothFin = (fromClient ? serverFin : clientFin)
    return SessionProgress(
      bothFin ? .closing : next.phase, clientFin: clientFin || fromClient, serverFin: serverFin || !fromClient)
  }

  /// A reset, believed or not.
  private var afterReset: SessionProgress {
    SessionProgress(
      .closing, clientFin: clientFin, serverFin: serverFin, wasEstablished: wasEstablished || phase == .established)
  }

  /// A SYN, with or without ACK. On a closing session it changes nothing here: the path takes a client's
  /// as a new decision before it asks (behaviour 45).
  private func afterSyn(fromClient: Bool) -> SessionProgress {
    guard phase == .opening, !fromClient else { return self }
    return SessionProgress(.answered, clientFin: clientFin, serverFin: serverFin)
  }

  /// Anything without SYN and RST.
  private func afterData(fromClient: Bool) -> SessionProgress {
    switch (phase, fromClient) {
    // The handshake ends with the client's ACK; a server's data without a handshake is a flow that was
    // adopted in mid-stream.
    case (.answered, true), (.opening, false): SessionProgress(.established, clientFin: clientFin, serverFin: serverFin)
    // After a reset that the server did not believe it goes on talking (RFC 5961, section 3.2): so do we. So does
    // the client of an upload, who may be heard first; but one whose handshake was never seen to end confirms nothing,
    // or else SYN, RST and ACK of a stranger would make an established session.
    case (.closing, _) where !(clientFin && serverFin) && (!fromClient || wasEstablished):
      SessionProgress(.established, clientFin: clientFin, serverFin: serverFin)
    default: self
    }
  }
}

extension SessionProgress: CustomStringConvertible {
  public var description: String {
    phase.description + (clientFin ? "+client_fin" : "") + (serverFin ? "+server_fin" : "")
  }
}
