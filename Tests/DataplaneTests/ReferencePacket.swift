import Net

/// What the reference model sees in a frame: read octet by octet, from the RFCs, without a line of the product's.
struct ReferencePacket {
  enum Reading {
    case packet(ReferencePacket)
    case error(ReferenceError)
    case passed(PassReason)
    case dropped(DropReason)
  }

  var bytes: [UInt8]
  var transport: TransportProtocol
  var source: Endpoint
  var destination: Endpoint
  /// Where the IPv4 header begins: behind Ethernet's and up to two VLAN tags.
  var network: Int
  /// Where the transport header begins.
  var start: Int
  /// Octets up to the end of the IP packet.
  var end: Int
  /// TCP flags; 0 else.
  var flags: UInt8
  /// Whether an ICMP echo asks; true for TCP and UDP.
  var isRequest = true
  /// Whether it is a fragment without a transport header, whose ports its datagram's first one has told.
  var isRest = false

  var isSyn: Bool { flags & 0x02 != 0 }
  var isReset: Bool { flags & 0x04 != 0 }
  var isFin: Bool { flags & 0x01 != 0 }
  var isAck: Bool { flags & 0x10 != 0 }
  var opensConnection: Bool { flags & 0x17 == 0x02 }

  static func word(_ bytes: [UInt8], _ offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }

  static func address(_ bytes: [UInt8], _ offset: Int) -> IPv4Address {
    IPv4Address(bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3])
  }

  static func read(_ bytes: [UInt8]) -> Reading {
    guard bytes.count >= 14 else { return .dropped(.truncatedEthernet) }
    guard let network = network(of: bytes) else { return .passed(.otherEtherType) }
    guard bytes.count >= network else { return .dropped(.truncatedEthernet) }
    switch word(bytes, network - 2) {
    case 0x0800: break
    case 0x0806: return .passed(.arp)
    case 0x86DD: return .passed(.ipv6)
    default: return .passed(.otherEtherType)
    }
    guard bytes.count >= network + 20 else { return .dropped(.truncatedIPv4) }
    guard bytes[network] >> 4 == 4 else { return .dropped(.badIPVersion) }
    let header = Int(bytes[network] & 15) * 4
    guard header >= 20 else { return .dropped(.badIPHeaderLength) }
    let end = network + Int(word(bytes, network + 2))
    guard end >= network + header, end <= bytes.count else { return .dropped(.badIPTotalLength) }
    guard word(bytes, network + 6) & 0x3FFF == 0 else { return .passed(.fragment) }
    return readTransport(bytes, network, start: network + header, end: end)
  }

  /// Where what Ethernet and at most two VLAN tags carry begins, though the frame may end before; nil: more tags.
  static func network(of bytes: [UInt8]) -> Int? {
    var network = 14
    while network <= bytes.count, [0x8100, 0x88A8, 0x9100].contains(word(bytes, network - 2)) {
      if network == 22 { return nil }
      network += 4
    }
    return network
  }

  /// The first fragment of a datagram, which has to hold the transport header, of TCP's without the options.
  static func read(first fragment: ReferenceFragment) -> Reading {
    let (bytes, start) = (fragment.bytes, fragment.payload)
    let end = start + fragment.end
    switch fragment.number {
    case 6:
      guard fragment.end >= 20 else { return .dropped(.truncatedTCP) }
      guard bytes[start + 12] >> 4 >= 5 else { return .dropped(.badTCPDataOffset) }
      return .packet(ports(bytes, .tcp, fragment.network, start, end, flags: bytes[start + 13]))
    case 17:
      guard fragment.end >= 8 else { return .dropped(.truncatedUDP) }
      guard Int(word(bytes, start + 4)) > fragment.end else { return .dropped(.badUDPLength) }
      return .packet(ports(bytes, .udp, fragment.network, start, end, flags: 0))
    default: return readTransport(bytes, fragment.network, start: start, end: end)
    }
  }

  private static func readTransport(_ bytes: [UInt8], _ network: Int, start: Int, end: Int) -> Reading {
    let length = end - start
    switch bytes[network + 9] {
    case 6:
      guard length >= 20 else { return .dropped(.truncatedTCP) }
      let offset = Int(bytes[start + 12] >> 4) * 4
      guard offset >= 20, offset <= length else { return .dropped(.badTCPDataOffset) }
      return .packet(ports(bytes, .tcp, network, start, end, flags: bytes[start + 13]))
    case 17:
      guard length >= 8 else { return .dropped(.truncatedUDP) }
      let datagram = Int(word(bytes, start + 4))
      guard datagram >= 8, datagram <= length else { return .dropped(.badUDPLength) }
      return .packet(ports(bytes, .udp, network, start, end, flags: 0))
    case 1:
      guard length >= 8 else { return .dropped(.truncatedICMP) }
      return readICMP(bytes, network, start: start, end: end)
    default: return .passed(.otherProtocol)
    }
  }

  private static func ports(
    _ bytes: [UInt8], _ transport: TransportProtocol, _ network: Int, _ start: Int, _ end: Int, flags: UInt8
  ) -> ReferencePacket {
    ReferencePacket(
      bytes: bytes, transport: transport, source: Endpoint(address(bytes, network + 12), word(bytes, start), transport),
      destination: Endpoint(address(bytes, network + 16), word(bytes, start + 2), transport), network: network,
      start: start, end: end, flags: flags)
  }

  private static func readICMP(_ bytes: [UInt8], _ network: Int, start: Int, end: Int) -> Reading {
    let identifier = word(bytes, start + 4)
    switch bytes[start] {
    case 0, 8:
      let isRequest = bytes[start] == 8
      return .packet(
        ReferencePacket(
          bytes: bytes, transport: .icmp,
          source: Endpoint(address(bytes, network + 12), isRequest ? identifier : 0, .icmp),
          destination: Endpoint(address(bytes, network + 16), isRequest ? 0 : identifier, .icmp), network: network,
          start: start, end: end, flags: 0, isRequest: isRequest))
    case 3, 11, 12: return ReferenceError.read(bytes, network, start, end).map(Reading.error) ?? .passed(.icmpError)
    case 4, 5: return .passed(.icmpError)
    default: return .passed(.otherICMP)
    }
  }
}

extension ReferencePacket {
  /// Any other fragment of a datagram, with the first one's ports.
  init(rest fragment: ReferenceFragment, _ source: UInt16, _ destination: UInt16) {
    bytes = fragment.bytes
    transport = fragment.number == 6 ? .tcp : fragment.number == 17 ? .udp : .icmp
    self.source = Endpoint(fragment.source, source, transport)
    self.destination = Endpoint(fragment.destination, destination, transport)
    network = fragment.network
    start = fragment.payload
    end = fragment.payload + fragment.end - fragment.start
    flags = 0
    isRest = true
  }
}
