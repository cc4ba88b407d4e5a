import Net

extension Rejection {
  /// Turns a server's segment into the reset that a server which gives the connection up sends in its place.
  ///
  /// The reset has the segment's own sequence number: the next that the client awaits, unless segments before it
  /// were lost, so that the client acts on it (RFC 9293, section 3.10.7.4). It acknowledges what the server does,
  /// as a client that still awaits SYN and ACK demands (section 3.10.7.3).
  ///
  /// - Parameters:
  ///   - vip: the source that the client knows.
  ///   - port: its port.
  /// - Precondition: a TCP segment other than a reset, on its way to a client.
  /// - Returns: the new frame's length in bytes. Below 60 bytes the sending port pads, as with any host's short frame.
  @_noLocks
  public static func abort(
    _ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, as vip: IPv4Address, port: UInt16
  ) -> Int {
    let old = unsafe frame + Int(parsed.transportOffset)
    let sequence = unsafe old.doubleWord(Header.TCP.sequence)
    let acknowledgment = unsafe old.doubleWord(Header.TCP.acknowledgment)
    return unsafe writeReset(
      frame, parsed, from: Endpoint(vip, port, parsed.transport), to: parsed.destinationEndpoint, sequence: sequence,
      acknowledgment: parsed.event.isAck ? acknowledgment : nil)
  }
}
