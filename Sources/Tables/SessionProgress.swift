import Net

/// How far a session has come: a phase and, for TCP, which sides have sent FIN. 6 bits.
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

  /// A phase, and who has sent FIN.
  public init(_ phase: SessionPhase, clientFin: Bool = false, serverFin: Bool = false) {
    rawValue = phase.rawValue | (clientFin ? 8 : 0) | (serverFin ? 16 : 0)
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

  /// What a packet from one side makes of the session.
  ///
  /// The rules behind `SessionRules`' table; RFC 9293, section 3.3.2, as seen from the middle.
  public func after(_ event: SegmentEvent, fromClient: Bool) -> SessionProgress {
    if event.isDatagram { return fromClient ? self : SessionProgress(.established) }
    if event.isReset { return SessionProgress(.closing, clientFin: clientFin, serverFin: serverFin) }
    if event.isSyn { return afterSyn(fromClient: fromClient) }
    let next = afterData(fromClient: fromClient)
    guard event.isFin else { return next }
    let bothFin = (fromClient ? serverFin : clientFin)
    return SessionProgress(
      bothFin ? .closing : next.phase, clientFin: clientFin || fromClient, serverFin: serverFin || !fromClient)
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
    // After a reset that the server did not believe it goes on talking (RFC 5961, section 3.2): so do we.
    case (.closing, false) where !(clientFin && serverFin):
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
