import Net

extension SessionProgress {
  /// What a client's packet makes of a session whose server is never heard, as it answers the client itself (`dsr`).
  ///
  /// - A second packet confirms the session: of TCP one after the SYN, which says that a handshake went well.
  /// - A FIN ends it as far as can be seen. What the client still acknowledges keeps the closing timeout from running out,
  ///   so a download that follows a half-close goes on.
  /// - After a reset the closing timeout applies. A client that goes on talking shows that it sent none (RFC 5961).
  public func afterOneWay(_ event: SegmentEvent) -> SessionProgress {
    if isWatched { return event.opensConnection ? self : SessionProgress(phase: .opening).afterOneWay(event) }
    if event.isDatagram { return SessionProgress(.established) }
    if event.isReset { return SessionProgress(.closing, clientFin: clientFin) }
    // Repeated, or answered by the server with a challenge: it changes nothing (RFC 9293, section 3.5.3).
    if event.isSyn { return self }
    let hasFin = clientFin || event.isFin
    return SessionProgress(hasFin ? .closing : .established, clientFin: hasFin)
  }
}
