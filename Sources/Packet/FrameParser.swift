import Net

/// Reads Ethernet, IPv4, and the first bytes of TCP, UDP or ICMP. Every field is checked against the
/// frame's end here, once; what follows relies on it. Checksums are not verified (design decision D8).
public enum FrameParser {
  /// Parses the frame of which `contiguous` bytes lie at `frame`, of `length` in all.
  ///
  /// `parsed` is filled if the outcome is `ports`, `echoRequest` or `echoReply`, and unspecified else.
  @_noLocks @inlinable @inline(__always)
  public static func parse(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard contiguous >= Header.Ethernet.length else { return short(contiguous, Int(length), .truncatedEthernet) }
    let type = unsafe frame.word(Header.Ethernet.type)
    guard type == 0x0800 else { return .other(reason(forType: type)) }
    return unsafe parseIPv4(
      frame, at: Header.Ethernet.length, contiguous: contiguous, length: Int(length), into: &parsed)
  }

  @_noLocks @inlinable @inline(__always)
  static func reason(forType type: UInt16) -> PassReason {
    switch type {
    case 0x0806: .arp
    case 0x86DD: .ipv6
    default: .otherEtherType
    }
  }

  /// RFC 791: header length, total length, fragment fields, addresses.
  @_noLocks @inlinable @inline(__always)
  static func parseIPv4(
    _ frame: UnsafeMutableRawPointer, at start: Int, contiguous: Int, length: Int, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard contiguous >= start + Header.IPv4.minimumLength else { return short(contiguous, length, .truncatedIPv4) }
    let header = unsafe frame + start
    let versionAndLength = unsafe header.octet(Header.IPv4.versionAndLength)
    guard versionAndLength >> 4 == 4 else { return .malformed(.badIPVersion) }
    let headerLength = Int(versionAndLength & 0xF) &* 4
    guard headerLength >= Header.IPv4.minimumLength else { return .malformed(.badIPHeaderLength) }
    let totalLength = unsafe Int(header.word(Header.IPv4.totalLength))
    guard totalLength >= headerLength, start &+ totalLength <= length else { return .malformed(.badIPTotalLength) }
    parsed.source = unsafe IPv4Address(rawValue: header.doubleWord(Header.IPv4.source))
    parsed.destination = unsafe IPv4Address(rawValue: header.doubleWord(Header.IPv4.destination))
    parsed.networkOffset = UInt8(truncatingIfNeeded: start)
    parsed.transportOffset = UInt8(truncatingIfNeeded: start &+ headerLength)
    // More-fragments flag or an offset: bit 14 is "don't fragment", bit 15 reserved.
    guard unsafe header.word(Header.IPv4.fragment) & 0x3FFF == 0 else { return .other(.fragment) }
    return unsafe parseTransport(
      frame + start + headerLength, number: header.octet(Header.IPv4.transport),
      contiguous: contiguous &- start &- headerLength, length: totalLength &- headerLength, into: &parsed)
  }

  /// The first bytes of the IPv4 payload: `length` bytes in all, `contiguous` of them in reach (less
  /// than zero when the header's own options are not).
  @_noLocks @inlinable @inline(__always)
  static func parseTransport(
    _ header: UnsafeMutableRawPointer, number: UInt8, contiguous: Int, length: Int, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    switch number {
    case 6: unsafe parseTCP(header, contiguous: contiguous, length: length, into: &parsed)
    case 17: unsafe parseUDP(header, contiguous: contiguous, length: length, into: &parsed)
    case 1: unsafe parseICMP(header, contiguous: contiguous, length: length, into: &parsed)
    default: .other(.otherProtocol)
    }
  }

  /// RFC 9293, section 3.1.
  @_noLocks @inlinable @inline(__always)
  static func parseTCP(
    _ header: UnsafeMutableRawPointer, contiguous: Int, length: Int, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.TCP.minimumLength else { return short(contiguous, length, .truncatedTCP) }
    let dataOffset = unsafe Int(header.octet(Header.TCP.dataOffset) >> 4) &* 4
    guard dataOffset >= Header.TCP.minimumLength, dataOffset <= length else { return .malformed(.badTCPDataOffset) }
    parsed.sourcePort = unsafe header.word(Header.Ports.source)
    parsed.destinationPort = unsafe header.word(Header.Ports.destination)
    parsed.transport = .tcp
    parsed.event = unsafe SegmentEvent(tcpFlags: header.octet(Header.TCP.flags))
    return .ports
  }

  /// RFC 768.
  @_noLocks @inlinable @inline(__always)
  static func parseUDP(
    _ header: UnsafeMutableRawPointer, contiguous: Int, length: Int, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.UDP.length else { return short(contiguous, length, .truncatedUDP) }
    let datagram = unsafe Int(header.word(Header.UDP.datagramLength))
    guard datagram >= Header.UDP.length, datagram <= length else { return .malformed(.badUDPLength) }
    parsed.sourcePort = unsafe header.word(Header.Ports.source)
    parsed.destinationPort = unsafe header.word(Header.Ports.destination)
    parsed.transport = .udp
    parsed.event = .datagram
    return .ports
  }

  /// RFC 792: echo (8) and echo reply (0) are balanced by identifier.
  @_noLocks @inlinable @inline(__always)
  static func parseICMP(
    _ header: UnsafeMutableRawPointer, contiguous: Int, length: Int, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.ICMP.length else { return short(contiguous, length, .truncatedICMP) }
    let type = unsafe header.octet(Header.ICMP.type)
    let identifier = unsafe header.word(Header.ICMP.identifier)
    parsed.transport = .icmp
    parsed.event = .datagram
    switch type {
    case 8:
      parsed.sourcePort = identifier
      parsed.destinationPort = 0
      return .echoRequest
    case 0:
      parsed.sourcePort = 0
      parsed.destinationPort = identifier
      return .echoReply
    case 3, 4, 5, 11, 12: return .other(.icmpError)
    default: return .other(.otherICMP)
    }
  }

  /// A header that is not in reach: beyond the packet's own end, or only beyond the first segment's.
  @_noLocks @inlinable @inline(__always)
  static func short(_ contiguous: Int, _ length: Int, _ reason: DropReason) -> ParseOutcome {
    .malformed(contiguous < length ? .headersNotContiguous : reason)
  }
}
