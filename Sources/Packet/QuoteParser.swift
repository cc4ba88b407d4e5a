import Net

/// Reads the packet that an ICMP error quotes: the IPv4 header, and of what follows at least eight bytes (RFC 792), which
/// hold the ports of TCP and UDP and the identifier of an echo. Its lengths and checksums are those of the whole packet,
/// of which the quote is a part, so they are not compared with anything.
public enum QuoteParser {
  /// - Parameters:
  ///   - frame: a frame that `FrameParser` calls an ICMP error.
  ///   - outer: what it said of the frame.
  ///   - contiguous: bytes of the frame at `frame`.
  @_noLocks
  public static func parse(
    _ frame: UnsafeMutableRawPointer, _ outer: ParsedFrame, contiguous: Int
  ) -> QuoteOutcome {
    let error = Int(outer.transportOffset)
    guard unsafe quotesPacket(frame.octet(error + Header.ICMP.type)) else { return .none }
    let start = error + Header.ICMP.length
    let end = unsafe self.end(frame, outer)
    guard end >= start + Header.IPv4.minimumLength else { return .none }
    guard contiguous >= start + Header.IPv4.minimumLength else { return .scattered }
    let header = unsafe frame + start
    let versionAndLength = unsafe header.octet(Header.IPv4.versionAndLength)
    let headerLength = Int(versionAndLength & 0xF) &* 4
    // A later fragment has no transport header: what stands in its place names no flow.
    guard versionAndLength >> 4 == 4, headerLength >= Header.IPv4.minimumLength,
      unsafe header.word(Header.IPv4.fragment) & 0x1FFF == 0
    else { return .none }
    let transport = start &+ headerLength
    guard end >= transport &+ Header.ICMP.length else { return .none }
    guard contiguous >= min(end, transport &+ Header.TCP.checksum &+ 2) else { return .scattered }
    return unsafe ends(frame, header: start, transport: transport)
  }

  /// Destination unreachable, time exceeded, parameter problem. Not a redirect, which is about the routers of the LAN it
  /// arrives by, nor source quench, which every host ignores (RFC 6633).
  @_noLocks
  static func quotesPacket(_ type: UInt8) -> Bool { type == 3 || type == 11 || type == 12 }

  /// Whether the error says that its destination cannot be reached, rather than that a packet was too large or on its way
  /// for too long: type 3 without code 4 (RFC 792, RFC 1191).
  @_noLocks
  public static func saysUnreachable(_ frame: UnsafeMutableRawPointer, _ outer: ParsedFrame) -> Bool {
    let error = Int(outer.transportOffset)
    return unsafe frame.octet(error + Header.ICMP.type) == 3 && frame.octet(error + Header.ICMP.code) != 4
  }

  /// Where the error ends, in bytes from the frame's first.
  @_noLocks
  static func end(_ frame: UnsafeMutableRawPointer, _ outer: ParsedFrame) -> Int {
    let network = Int(outer.networkOffset)
    return unsafe network &+ Int(frame.word(network + Header.IPv4.totalLength))
  }

  /// The quoted packet's ends, of TCP, UDP and echoes.
  @_noLocks
  private static func ends(_ frame: UnsafeMutableRawPointer, header: Int, transport: Int) -> QuoteOutcome {
    let addresses = unsafe frame.quadWord(header + Header.IPv4.source)
    let ports = unsafe frame.doubleWord(transport + Header.Ports.source)
    var quoted = ParsedFrame()
    quoted.networkOffset = UInt8(truncatingIfNeeded: header)
    quoted.transportOffset = UInt8(truncatingIfNeeded: transport)
    switch unsafe frame.octet(header + Header.IPv4.transport) {
    case 6: quoted.setEnds(addresses: addresses, ports: ports, .tcp)
    case 17: quoted.setEnds(addresses: addresses, ports: ports, .udp)
    case 1:
      let identifier = unsafe UInt32(frame.word(transport + Header.ICMP.identifier))
      switch unsafe frame.octet(transport + Header.ICMP.type) {
      case 8: quoted.setEnds(addresses: addresses, ports: identifier << 16, .icmp)
      case 0: quoted.setEnds(addresses: addresses, ports: identifier, .icmp)
      default: return .none
      }
    default: return .none
    }
    return .packet(quoted)
  }
}
