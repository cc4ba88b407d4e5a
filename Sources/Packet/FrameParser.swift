import Net

/// Reads Ethernet, IPv4, and the first bytes of TCP, UDP or ICMP. Every field is checked against the
/// frame's end here, once; what follows relies on it. Checksums are not verified (design decision D8).
public enum FrameParser {
  /// Parses the frame of which `contiguous` bytes lie at `frame`, of `length` in all.
  ///
  /// `parsed` is filled if the outcome is `ports`, `echoRequest` or `echoReply`, or, with ports of 0, an ICMP error;
  /// it is unspecified else. Of a frame with VLAN tags `parseTagged` says what is behind them.
  @_noLocks @inlinable @inline(__always)
  public static func parse(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    if unsafe parsePlain(frame, contiguous: contiguous, length: Int(length), into: &parsed) { return .ports }
    return unsafe parseAny(frame, contiguous: contiguous, length: length, into: &parsed)
  }

  /// Reads the frame that nearly all are: IPv4 without options or fragments, well-formed TCP or UDP, and
  /// room for either header in the first segment. False: it is another, of which `parseAny` says what.
  @_noLocks @inlinable @inline(__always)
  public static func parsePlain(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, length: Int, into parsed: inout ParsedFrame
  ) -> Bool {
    let network = Header.Ethernet.length
    let transport = network + Header.IPv4.minimumLength
    guard contiguous >= transport + Header.TCP.minimumLength,
      // The EtherType and the IPv4 header's first octet follow each other; before them is the source's last.
      unsafe frame.doubleWord(Header.Ethernet.type - 1) & 0xFF_FFFF == 0x08_0045,
      unsafe frame.word(network + Header.IPv4.fragment) & 0x3FFF == 0
    else { return false }
    let total = unsafe Int(frame.word(network + Header.IPv4.totalLength))
    let payload = total &- Header.IPv4.minimumLength
    guard network &+ total <= length else { return false }
    let header = unsafe frame + transport
    switch unsafe frame.octet(network + Header.IPv4.transport) {
    case 6:
      let dataOffset = unsafe Int(header.octet(Header.TCP.dataOffset) >> 4) &* 4
      guard dataOffset >= Header.TCP.minimumLength, dataOffset <= payload else { return false }
      parsed.event = unsafe SegmentEvent(tcpFlags: header.octet(Header.TCP.flags))
      unsafe parsed.setEnds(
        addresses: frame.quadWord(network + Header.IPv4.source), ports: header.doubleWord(Header.Ports.source), .tcp)
    case 17:
      let datagram = unsafe Int(header.word(Header.UDP.datagramLength))
      guard datagram >= Header.UDP.length, datagram <= payload else { return false }
      parsed.event = .datagram
      unsafe parsed.setEnds(
        addresses: frame.quadWord(network + Header.IPv4.source), ports: header.doubleWord(Header.Ports.source), .udp)
    default: return false
    }
    parsed.networkOffset = UInt8(truncatingIfNeeded: network)
    parsed.transportOffset = UInt8(truncatingIfNeeded: transport)
    return true
  }

  /// The end that a frame most probably has: as if it were the frame that nearly all are. A guess for what can be asked
  /// for early; `frame` is the beginning of a packet buffer, which always has room for these headers.
  @_noLocks @inlinable @inline(__always)
  public static func likelyEndpoint(_ frame: UnsafeMutableRawPointer, isDestination: Bool) -> Endpoint {
    var parsed = ParsedFrame()
    let network = Header.Ethernet.length
    let isTCP = unsafe frame.octet(network + Header.IPv4.transport) == 6
    unsafe parsed.setEnds(
      addresses: frame.quadWord(network + Header.IPv4.source),
      ports: frame.doubleWord(network + Header.IPv4.minimumLength + Header.Ports.source), isTCP ? .tcp : .udp)
    return isDestination ? parsed.destinationEndpoint : parsed.sourceEndpoint
  }

  /// Reads any frame, header by header.
  @_noLocks
  public static func parseAny(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard contiguous >= Header.Ethernet.length else { return short(contiguous, Int(length), .truncatedEthernet) }
    let type = unsafe frame.word(Header.Ethernet.type)
    guard type == 0x0800 else { return .other(reason(forType: type)) }
    return unsafe parseIPv4(
      frame, at: Header.Ethernet.length, contiguous: contiguous, length: Int(length), into: &parsed)
  }

  @_noLocks
  static func reason(forType type: UInt16) -> PassReason {
    switch type {
    case 0x0806: .arp
    case 0x86DD: .ipv6
    case 0x8100, 0x88A8, 0x9100: .tagged
    default: .otherEtherType
    }
  }

  /// RFC 791: header length, total length, fragment fields, addresses.
  @_noLocks
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
    parsed.networkOffset = UInt8(truncatingIfNeeded: start)
    parsed.transportOffset = UInt8(truncatingIfNeeded: start &+ headerLength)
    // More-fragments flag or an offset: bit 14 is "don't fragment", bit 15 reserved.
    guard unsafe header.word(Header.IPv4.fragment) & 0x3FFF == 0 else { return .other(.fragment) }
    let addresses = unsafe header.quadWord(Header.IPv4.source)
    let transport = unsafe header + headerLength
    let inReach = contiguous &- start &- headerLength
    let payload = totalLength &- headerLength
    switch unsafe header.octet(Header.IPv4.transport) {
    case 6: return unsafe parseTCP(transport, addresses, contiguous: inReach, length: payload, into: &parsed)
    case 17: return unsafe parseUDP(transport, addresses, contiguous: inReach, length: payload, into: &parsed)
    case 1: return unsafe parseICMP(transport, addresses, contiguous: inReach, length: payload, into: &parsed)
    default: return .other(.otherProtocol)
    }
  }

  // The IPv4 payload: `length` bytes in all, `contiguous` of them in reach (less than zero when the header's
  // own options are not).

  /// RFC 9293, section 3.1.
  @_noLocks
  static func parseTCP(
    _ header: UnsafeMutableRawPointer, _ addresses: UInt64, contiguous: Int, length: Int,
    into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.TCP.minimumLength else { return short(contiguous, length, .truncatedTCP) }
    let dataOffset = unsafe Int(header.octet(Header.TCP.dataOffset) >> 4) &* 4
    guard dataOffset >= Header.TCP.minimumLength, dataOffset <= length else { return .malformed(.badTCPDataOffset) }
    unsafe parsed.setEnds(addresses: addresses, ports: header.doubleWord(Header.Ports.source), .tcp)
    parsed.event = unsafe SegmentEvent(tcpFlags: header.octet(Header.TCP.flags))
    return .ports
  }

  /// RFC 768.
  @_noLocks
  static func parseUDP(
    _ header: UnsafeMutableRawPointer, _ addresses: UInt64, contiguous: Int, length: Int,
    into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.UDP.length else { return short(contiguous, length, .truncatedUDP) }
    let datagram = unsafe Int(header.word(Header.UDP.datagramLength))
    guard datagram >= Header.UDP.length, datagram <= length else { return .malformed(.badUDPLength) }
    unsafe parsed.setEnds(addresses: addresses, ports: header.doubleWord(Header.Ports.source), .udp)
    parsed.event = .datagram
    return .ports
  }

  /// RFC 792: echo (8) and echo reply (0) are balanced by identifier.
  @_noLocks
  static func parseICMP(
    _ header: UnsafeMutableRawPointer, _ addresses: UInt64, contiguous: Int, length: Int,
    into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    guard min(contiguous, length) >= Header.ICMP.length else { return short(contiguous, length, .truncatedICMP) }
    let type = unsafe header.octet(Header.ICMP.type)
    let identifier = unsafe UInt32(header.word(Header.ICMP.identifier))
    parsed.event = .datagram
    switch type {
    case 8:
      parsed.setEnds(addresses: addresses, ports: identifier << 16, .icmp)
      return .echoRequest
    case 0:
      parsed.setEnds(addresses: addresses, ports: identifier, .icmp)
      return .echoReply
    case 3, 4, 5, 11, 12:
      parsed.setEnds(addresses: addresses, ports: 0, .icmp)
      return .other(.icmpError)
    default: return .other(.otherICMP)
    }
  }

  /// A header that is not in reach: beyond the packet's own end, or only beyond the first segment's.
  @_noLocks
  static func short(_ contiguous: Int, _ length: Int, _ reason: DropReason) -> ParseOutcome {
    .malformed(contiguous < length ? .headersNotContiguous : reason)
  }
}
