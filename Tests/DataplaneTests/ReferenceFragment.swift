import Net

/// What the reference model sees in a fragment: read octet by octet (RFC 791, section 3.2).
struct ReferenceFragment {
  var bytes: [UInt8]
  var source: IPv4Address
  var destination: IPv4Address
  var identification: UInt16
  var number: UInt8
  /// Where its octets begin and end in the datagram's payload.
  var start: Int
  var end: Int
  var hasMore: Bool
  /// Where the IPv4 header begins in the frame.
  var network: Int
  /// Where the payload begins in the frame.
  var payload: Int

  /// Nil: the frame is no fragment, or no IPv4 packet at all.
  static func read(_ bytes: [UInt8]) -> ReferenceFragment? {
    guard case .passed(.fragment) = ReferencePacket.read(bytes), let network = ReferencePacket.network(of: bytes) else {
      return nil
    }
    let header = Int(bytes[network] & 15) * 4
    let field = Int(ReferencePacket.word(bytes, network + 6))
    let start = (field & 0x1FFF) * 8
    return ReferenceFragment(
      bytes: bytes, source: ReferencePacket.address(bytes, network + 12),
      destination: ReferencePacket.address(bytes, network + 16),
      identification: ReferencePacket.word(bytes, network + 4), number: bytes[network + 9], start: start,
      end: start + Int(ReferencePacket.word(bytes, network + 2)) - header, hasMore: field & 0x2000 != 0,
      network: network, payload: network + header)
  }

  /// Whether it can be part of a datagram.
  var isSound: Bool {
    end > start && (!hasMore || (end - start) % 8 == 0) && end <= 65515 && !(number == 6 && start == 8)
  }
}
