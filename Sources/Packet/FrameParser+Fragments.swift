import Net

/// Frames that `parse` calls fragments. It has checked the IPv4 header, and says where both headers begin.
extension FrameParser {
  /// Reads the fields that make a fragment one.
  @_noLocks
  public static func fragment(_ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame) -> FragmentHeader {
    let header = unsafe frame + Int(parsed.networkOffset)
    let headerLength = UInt16(parsed.transportOffset &- parsed.networkOffset)
    return unsafe FragmentHeader(
      source: IPv4Address(rawValue: header.doubleWord(Header.IPv4.source)),
      destination: IPv4Address(rawValue: header.doubleWord(Header.IPv4.destination)),
      identification: header.word(Header.IPv4.identification), number: header.octet(Header.IPv4.transport),
      field: header.word(Header.IPv4.fragment), length: header.word(Header.IPv4.totalLength) &- headerLength)
  }

  /// Reads the transport header of a datagram's first fragment, which has to hold all of it but TCP's options. The
  /// outcome is as `parse` has it; `other`: nothing that is balanced.
  @_noLocks
  public static func firstFragment(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    let header = unsafe frame + Int(parsed.networkOffset)
    let transport = unsafe frame + Int(parsed.transportOffset)
    let addresses = unsafe header.quadWord(Header.IPv4.source)
    let length = Int(unsafe fragment(frame, parsed).length)
    let inReach = contiguous &- Int(parsed.transportOffset)
    switch unsafe header.octet(Header.IPv4.transport) {
    case 6: return unsafe firstOfTCP(transport, addresses, contiguous: inReach, length: length, into: &parsed)
    case 17: return unsafe firstOfUDP(transport, addresses, contiguous: inReach, length: length, into: &parsed)
    case 1: return unsafe parseICMP(transport, addresses, contiguous: inReach, length: length, into: &parsed)
    default: return .other(.fragment)
    }
  }

  /// RFC 1858: a first fragment without the whole header is an attack.
  @_noLocks
  private static func firstOfTCP(
    _ header: UnsafeMutableRawPointer, _ addresses: UInt64, contiguous: Int, length: Int,
    into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.TCP.minimumLength else { return short(contiguous, length, .truncatedTCP) }
    guard unsafe Int(header.octet(Header.TCP.dataOffset) >> 4) &* 4 >= Header.TCP.minimumLength else {
      return .malformed(.badTCPDataOffset)
    }
    unsafe parsed.setEnds(addresses: addresses, ports: header.doubleWord(Header.Ports.source), .tcp)
    parsed.event = unsafe SegmentEvent(tcpFlags: header.octet(Header.TCP.flags))
    return .ports
  }

  /// The datagram is longer than its first fragment.
  @_noLocks
  private static func firstOfUDP(
    _ header: UnsafeMutableRawPointer, _ addresses: UInt64, contiguous: Int, length: Int,
    into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.UDP.length else { return short(contiguous, length, .truncatedUDP) }
    guard unsafe Int(header.word(Header.UDP.datagramLength)) > length else { return .malformed(.badUDPLength) }
    unsafe parsed.setEnds(addresses: addresses, ports: header.doubleWord(Header.Ports.source), .udp)
    parsed.event = .datagram
    return .ports
  }

  /// Fills `parsed` for a fragment that carries no transport header, with what the first one said.
  ///
  /// - Parameter ports: the source's in the upper half; of an echo the identifier, on the client's side.
  @_noLocks
  public static func label(_ frame: UnsafeMutableRawPointer, ports: UInt32, into parsed: inout ParsedFrame) {
    let header = unsafe frame + Int(parsed.networkOffset)
    let transport: TransportProtocol
    switch unsafe header.octet(Header.IPv4.transport) {
    case 6: transport = .tcp
    case 17: transport = .udp
    default: transport = .icmp
    }
    unsafe parsed.setEnds(addresses: header.quadWord(Header.IPv4.source), ports: ports, transport)
    parsed.event = .datagram
  }
}
