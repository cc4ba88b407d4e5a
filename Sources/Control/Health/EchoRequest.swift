/// An ICMP echo request and its reply (RFC 792). The reply is known by what the request carried, since the system's
/// sockets for echoes choose identifiers of their own.
struct EchoRequest: Equatable, Sendable {
  /// What the request carries.
  let token: UInt64

  /// The message, with its checksum (RFC 1071).
  var bytes: [UInt8] {
    var message: [UInt8] = [8, 0, 0, 0, UInt8(token >> 8 & 0xFF), UInt8(token & 0xFF), 0, 1]
    message += (0..<8).map { UInt8(truncatingIfNeeded: token >> (56 - 8 * $0)) }
    var sum: UInt32 = 0
    for index in stride(from: 0, to: message.count, by: 2) {
      sum += UInt32(message[index]) << 8 | UInt32(message[index + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    message[2] = UInt8(~sum >> 8 & 0xFF)
    message[3] = UInt8(~sum & 0xFF)
    return message
  }

  /// Whether a message is the reply; a raw socket's has its IPv4 header before it.
  func isAnswered(by answer: [UInt8]) -> Bool {
    var message = answer[...]
    if let first = message.first, first >> 4 == 4 { message = message.dropFirst(Int(first & 0x0F) * 4) }
    return message.first == 0 && message.count >= 16 && message.dropFirst(8).prefix(8).elementsEqual(bytes.suffix(8))
  }
}
