/// The bytes of a frame for `explain`: Ethernet and IPv4 around the beginning of a TCP, UDP or ICMP echo message.
/// Never sent: addresses of the link are zero.
public enum ProbeFrame {
  /// A frame from one end to another. Of an echo, a port that is not 0 is the identifier: the source's in a
  /// request, the destination's in a reply.
  ///
  /// - Parameter tcpFlags: the header's octet of flags; by default a SYN.
  public static func bytes(
    from source: (address: IPv4Address, port: UInt16), to destination: (address: IPv4Address, port: UInt16),
    _ transport: TransportProtocol, tcpFlags: UInt8 = 0x02
  ) -> [UInt8] {
    let message = message(from: source.port, to: destination.port, transport, tcpFlags: tcpFlags)
    var header: [UInt8] =
      [0x45, 0] + octets(UInt16(20 + message.count)) + [0, 0, 0x40, 0, 64, transport.ipNumber, 0, 0]
    header += octets(source.address) + octets(destination.address)
    let sum = octets(checksum(of: header))
    header[10] = sum[0]
    header[11] = sum[1]
    return [UInt8](repeating: 0, count: 12) + [0x08, 0x00] + header + message
  }

  private static func message(
    from source: UInt16, to destination: UInt16, _ transport: TransportProtocol, tcpFlags: UInt8
  ) -> [UInt8] {
    switch transport {
    case .tcp:
      return octets(source) + octets(destination) + [UInt8](repeating: 0, count: 8) + [0x50, tcpFlags, 0xFF, 0xFF]
        + [0, 0, 0, 0]
    case .udp: return octets(source) + octets(destination) + [0, 8, 0, 0]
    case .icmp:
      var message: [UInt8] = [source != 0 || destination == 0 ? 8 : 0, 0, 0, 0]
      message += octets(source != 0 ? source : destination) + [0, 0]
      let sum = octets(checksum(of: message))
      message[2] = sum[0]
      message[3] = sum[1]
      return message
    }
  }

  private static func octets(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }

  private static func octets(_ address: IPv4Address) -> [UInt8] {
    octets(UInt16(address.rawValue >> 16)) + octets(UInt16(address.rawValue & 0xFFFF))
  }

  /// RFC 1071, of an even number of octets.
  private static func checksum(of octets: [UInt8]) -> UInt16 {
    var sum = stride(from: 0, to: octets.count, by: 2).reduce(UInt32(0)) {
      $0 + UInt32(octets[$1]) << 8 + UInt32(octets[$1 + 1])
    }
    while sum >> 16 != 0 { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
  }
}
