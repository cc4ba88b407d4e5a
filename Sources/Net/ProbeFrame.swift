/// The bytes of a frame for `explain`: Ethernet and IPv4 around the beginning of a TCP, UDP or ICMP echo message.
/// Never sent: its link addresses are zero.
public enum ProbeFrame {
  /// A frame from one end to another. Of an echo, a port that is not 0 is the identifier: the source's in a
  /// request, the destination's in a reply.
  ///
  /// - Parameter tcpFlags: the header's octet of flags; by default a SYN.
  public static func bytes(
    from source: (address: IPv4Address, port: UInt16), to destination: (address: IPv4Address, port: UInt16),
    _ transport: TransportProtocol, tcpFlags: UInt8 = 0x02
  ) -> [UInt8] {
    let addresses = octets(source.address) + octets(destination.address)
    let message =
      switch transport {
      case .tcp: tcp(octets(source.port) + octets(destination.port), tcpFlags, addresses)
      // Length 8 and no checksum (RFC 768).
      case .udp: octets(source.port) + octets(destination.port) + [0, 8, 0, 0]
      case .icmp: echo(isRequest: source.port != 0 || destination.port == 0, source.port | destination.port)
      }
    let network: [UInt8] =
      [0x45, 0] + octets(UInt16(20 + message.count)) + [0, 0, 0x40, 0, 64, transport.ipNumber, 0, 0] + addresses
    return [UInt8](repeating: 0, count: 12) + [0x08, 0x00] + checked(network, at: 10) + message
  }

  /// RFC 9293, section 3.1.
  private static func tcp(_ ports: [UInt8], _ flags: UInt8, _ addresses: [UInt8]) -> [UInt8] {
    let header: [UInt8] = ports + [0, 0, 0, 0, 0, 0, 0, 0, 0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0]
    return checked(header, at: 16, beside: addresses + [0, 6, 0, 20])
  }

  /// RFC 792.
  private static func echo(isRequest: Bool, _ identifier: UInt16) -> [UInt8] {
    checked([isRequest ? 8 : 0, 0, 0, 0] + octets(identifier) + [0, 0], at: 2)
  }

  private static func octets(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }

  private static func octets(_ address: IPv4Address) -> [UInt8] {
    octets(UInt16(address.rawValue >> 16)) + octets(UInt16(address.rawValue & 0xFFFF))
  }

  /// An even number of octets with their checksum in place (RFC 1071).
  private static func checked(_ header: [UInt8], at offset: Int, beside pseudo: [UInt8] = []) -> [UInt8] {
    let all = header + pseudo
    var sum = stride(from: 0, to: all.count, by: 2).reduce(UInt32(0)) {
      $0 + UInt32(all[$1]) << 8 + UInt32(all[$1 + 1])
    }
    while sum >> 16 != 0 { sum = sum >> 16 + sum & 0xFFFF }
    var header = header
    header.replaceSubrange(offset..<offset + 2, with: octets(~UInt16(sum)))
    return header
  }
}
