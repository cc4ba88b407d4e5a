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
  /// Where the payload begins in the frame.
  var payload: Int

  /// Nil: the frame is no fragment, or no IPv4 packet at all.
  static func read(_ bytes: [UInt8]) -> ReferenceFragment? {
    guard case .passed(.fragment) = ReferencePacket.read(bytes) else { return nil }
    let header = Int(bytes[14] & 15) * 4
    let field = Int(ReferencePacket.word(bytes, 20))
    let start = (field & 0x1FFF) * 8
    return ReferenceFragment(
      bytes: bytes, source: ReferencePacket.address(bytes, 26), destination: ReferencePacket.address(bytes, 30),
      identification: ReferencePacket.word(bytes, 18), number: bytes[23], start: start,
      end: start + Int(ReferencePacket.word(bytes, 16)) - header, hasMore: field & 0x2000 != 0, payload: 14 + header)
  }

  /// Whether it can be part of a datagram.
  var isSound: Bool {
    end > start && (!hasMore || (end - start) % 8 == 0) && end <= 65515 && !(number == 6 && start == 8)
  }
}
