import Net

/// An ICMP error about a packet that its quote names, read octet by octet from the RFCs.
struct ReferenceError {
  var bytes: [UInt8]
  /// Where the error's own IPv4 header begins.
  var network: Int
  /// Where the ICMP header begins.
  var start: Int
  /// Where the IPv4 packet ends.
  var end: Int
  var transport: TransportProtocol
  /// The quoted packet's ends, as it was sent.
  var quotedSource: Endpoint
  var quotedDestination: Endpoint

  var source: IPv4Address { ReferencePacket.address(bytes, network + 12) }
  var destination: IPv4Address { ReferencePacket.address(bytes, network + 16) }
  private var quotedNetwork: Int { start + 8 }
  private var quotedStart: Int { quotedNetwork + Int(bytes[quotedNetwork] & 15) * 4 }

  /// Nil: no packet of a flow is named.
  static func read(_ bytes: [UInt8], _ network: Int, _ start: Int, _ end: Int) -> ReferenceError? {
    let quote = start + 8
    guard end >= quote + 20, bytes[quote] >> 4 == 4, bytes[quote] & 15 >= 5 else { return nil }
    let transport = quote + Int(bytes[quote] & 15) * 4
    guard end >= transport + 8, ReferencePacket.word(bytes, quote + 6) & 0x1FFF == 0 else { return nil }
    let ports: (TransportProtocol, UInt16, UInt16)
    let identifier = ReferencePacket.word(bytes, transport + 4)
    switch (bytes[quote + 9], bytes[transport]) {
    case (6, _): ports = (.tcp, ReferencePacket.word(bytes, transport), ReferencePacket.word(bytes, transport + 2))
    case (17, _): ports = (.udp, ReferencePacket.word(bytes, transport), ReferencePacket.word(bytes, transport + 2))
    case (1, 8): ports = (.icmp, identifier, 0)
    case (1, 0): ports = (.icmp, 0, identifier)
    default: return nil
    }
    return ReferenceError(
      bytes: bytes, network: network, start: start, end: end, transport: ports.0,
      quotedSource: Endpoint(ReferencePacket.address(bytes, quote + 12), ports.1, ports.0),
      quotedDestination: Endpoint(ReferencePacket.address(bytes, quote + 16), ports.2, ports.0))
  }

  /// The error with another endpoint at one end of the quoted packet, the address also outside if it stood there.
  ///
  /// - Parameter isSource: whether the quoted packet's source changes, which outside is the destination.
  func translated(isSource: Bool, to endpoint: Endpoint) -> [UInt8] {
    var new = bytes
    let old = (isSource ? quotedSource : quotedDestination).address
    let outside = network + (isSource ? 16 : 12)
    if ReferencePacket.address(bytes, outside) == old {
      let changes = Self.readdress(&new, outside, endpoint.address)
      ReferencePacket.mend(&new, network + 10, changes)
    }
    var changes = Self.readdress(&new, quotedNetwork + (isSource ? 12 : 16), endpoint.address)
    ReferencePacket.mend(&new, quotedNetwork + 10, changes)
    if transport != .icmp {
      let port = quotedStart + (isSource ? 0 : 2)
      changes.append((ReferencePacket.word(new, port), endpoint.port))
      ReferencePacket.set(&new, port, endpoint.port)
      mendQuoted(&new, changes)
    }
    // Whatever differs between the two messages is what the error's own checksum has to make up for.
    let message = stride(from: start + 4, to: min(end, quotedStart + 18) - 1, by: 2)
    ReferencePacket.mend(
      &new, start + 2, message.map { (ReferencePacket.word(bytes, $0), ReferencePacket.word(new, $0)) })
    return new
  }

  /// The quoted TCP or UDP checksum, where it is quoted.
  private func mendQuoted(_ new: inout [UInt8], _ changes: [(UInt16, UInt16)]) {
    let place = quotedStart + (transport == .tcp ? 16 : 6)
    guard place + 2 <= end, transport == .tcp || ReferencePacket.word(bytes, place) != 0 else { return }
    ReferencePacket.mend(&new, place, changes)
    if transport == .udp, ReferencePacket.word(new, place) == 0 { ReferencePacket.set(&new, place, 0xFFFF) }
  }

  /// Writes an address; returns its words before and after.
  private static func readdress(_ bytes: inout [UInt8], _ place: Int, _ address: IPv4Address) -> [(UInt16, UInt16)] {
    let old = [ReferencePacket.word(bytes, place), ReferencePacket.word(bytes, place + 2)]
    let new = [UInt16(address.rawValue >> 16), UInt16(address.rawValue & 0xFFFF)]
    for index in 0..<2 { ReferencePacket.set(&bytes, place + index * 2, new[index]) }
    return Array(zip(old, new))
  }
}
