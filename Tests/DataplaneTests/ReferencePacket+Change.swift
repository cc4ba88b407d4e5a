import Net
import TestSupport

/// What may become of a frame's octets.
extension ReferencePacket {
  /// The frame with another endpoint at one end, and checksums that are as right or wrong as they were.
  func translated(isDestination: Bool, to endpoint: Endpoint) -> [UInt8] {
    var new = bytes
    let place = network + (isDestination ? 16 : 12)
    for index in 0..<4 {
      new[place + index] = UInt8(truncatingIfNeeded: endpoint.address.rawValue >> UInt32(24 - index * 8))
    }
    let addresses = [
      (Self.word(bytes, place), Self.word(new, place)), (Self.word(bytes, place + 2), Self.word(new, place + 2)),
    ]
    Self.mend(&new, network + 10, addresses)
    guard transport != .icmp, !isRest else { return new }
    let port = start + (isDestination ? 2 : 0)
    Self.set(&new, port, endpoint.port)
    let changes = addresses + [(Self.word(bytes, port), endpoint.port)]
    switch transport {
    case .tcp: Self.mend(&new, start + 16, changes)
    case .udp where Self.word(bytes, start + 6) != 0:
      Self.mend(&new, start + 6, changes)
      if Self.word(new, start + 6) == 0 { Self.set(&new, start + 6, 0xFFFF) }
    default: break
    }
    return new
  }

  /// RFC 1624: the complement of the sum, less the old words, plus the new ones.
  static func mend(_ bytes: inout [UInt8], _ offset: Int, _ changes: [(UInt16, UInt16)]) {
    var sum = Int(~word(bytes, offset))
    for (old, new) in changes { sum += Int(~old) + Int(new) }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    set(&bytes, offset, ~UInt16(sum))
  }

  static func set(_ bytes: inout [UInt8], _ offset: Int, _ word: UInt16) {
    bytes[offset] = UInt8(word >> 8)
    bytes[offset + 1] = UInt8(word & 255)
  }

  /// The frame with IP's, TCP's and ICMP's two zeros made one, also where an error quotes them: 0 and all ones mean the
  /// same there. (UDP's do not.)
  static func normalised(_ bytes: [UInt8]) -> [UInt8] {
    guard let network = network(of: bytes), bytes.count >= network + 20, word(bytes, network - 2) == 0x0800 else {
      return bytes
    }
    var new = bytes
    normalise(&new, network)
    let start = network + Int(bytes[network] & 15) * 4
    if bytes[network + 9] == 1, start + 28 <= bytes.count {
      if word(new, start + 2) == 0 { set(&new, start + 2, 0xFFFF) }
      if [3, 11, 12].contains(bytes[start]) { normalise(&new, start + 8) }
    }
    return new
  }

  private static func normalise(_ bytes: inout [UInt8], _ network: Int) {
    if word(bytes, network + 10) == 0 { set(&bytes, network + 10, 0xFFFF) }
    let checksum = network + Int(bytes[network] & 15) * 4 + 16
    if bytes[network + 9] == 6, checksum + 2 <= bytes.count, word(bytes, checksum) == 0 {
      set(&bytes, checksum, 0xFFFF)
    }
  }

  /// What a host without a listener answers, or nil if it must not.
  var refusal: [UInt8]? {
    let network = source.address.rawValue >> 24
    let isHost = network != 0 && network != 127 && network < 224
    guard isHost, destination.address.rawValue >> 24 < 224, bytes[0] & 1 == 0, !isReset else { return nil }
    return transport == .tcp ? resetFrame : unreachableFrame
  }

  private var resetFrame: [UInt8] {
    let sequence = Self.doubleWord(bytes, start + 4)
    let data = end - start - Int(bytes[start + 12] >> 4) * 4
    let next = sequence &+ UInt32(truncatingIfNeeded: data) &+ (isSyn ? 1 : 0) &+ (isFin ? 1 : 0)
    let numbers = isAck ? Array(bytes[start + 8..<start + 12]) + [0, 0, 0, 0] : [0, 0, 0, 0] + Self.octets(next)
    var tcp = Self.octets(destination.port) + Self.octets(source.port) + numbers
    tcp += [0x50, isAck ? 0x04 : 0x14, 0, 0, 0, 0, 0, 0]
    let pseudo = Self.octets(destination.address.rawValue) + Self.octets(source.address.rawValue) + [0, 6, 0, 20]
    Self.set(&tcp, 16, Checksums.internet(pseudo + tcp))
    return envelope(6, tcp)
  }

  /// What the server sends that gives the connection up, in place of this segment; as the client knows it.
  func abort(as vip: Endpoint) -> [UInt8] {
    let acknowledged = isAck ? Array(bytes[start + 8..<start + 12]) : [0, 0, 0, 0]
    var tcp = Self.octets(vip.port) + Self.octets(destination.port) + Array(bytes[start + 4..<start + 8]) + acknowledged
    tcp += [0x50, isAck ? 0x14 : 0x04, 0, 0, 0, 0, 0, 0]
    let ends = Self.octets(vip.address.rawValue) + Self.octets(destination.address.rawValue)
    Self.set(&tcp, 16, Checksums.internet(ends + [0, 6, 0, 20] + tcp))
    return Array(bytes[..<network]) + Self.header(6, tcp.count, ends) + tcp
  }

  private var unreachableFrame: [UInt8] {
    var icmp = [3, transport == .udp ? 3 : 1, 0, 0, 0, 0, 0, 0] + Array(bytes[network..<min(end, network + 548)])
    Self.set(&icmp, 2, Checksums.internet(icmp))
    return envelope(1, icmp)
  }

  private func envelope(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let ends = Self.octets(destination.address.rawValue) + Self.octets(source.address.rawValue)
    let header = Self.header(number, payload.count, ends)
    return Array(bytes[6..<12]) + Array(bytes[0..<6]) + Array(bytes[12..<network]) + header + payload
  }

  private static func header(_ number: UInt8, _ length: Int, _ ends: [UInt8]) -> [UInt8] {
    var header: [UInt8] = [0x45, 0] + octets(UInt16(20 + length)) + [0, 0, 0x40, 0, 64, number, 0, 0]
    header += ends
    set(&header, 10, Checksums.internet(header))
    return header
  }

  private static func doubleWord(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    UInt32(word(bytes, offset)) << 16 | UInt32(word(bytes, offset + 2))
  }

  private static func octets(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 255)] }

  private static func octets(_ word: UInt32) -> [UInt8] { octets(UInt16(word >> 16)) + octets(UInt16(word & 0xFFFF)) }
}
