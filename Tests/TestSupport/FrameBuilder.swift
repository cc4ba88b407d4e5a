import Net

/// Builds whole frames, with checksums computed from zero by code of its own, so that no test compares the
/// product with itself.
public struct FrameBuilder: Equatable, Sendable {
  public enum Payload: Equatable, Sendable {
    case tcp(flags: UInt8, sequence: UInt32 = 1, acknowledgment: UInt32 = 0, options: [UInt8] = [])
    /// `checksum: false` sends 0, "none".
    case udp(checksum: Bool = true)
    case icmp(type: UInt8, code: UInt8 = 0)
    /// Any IP protocol number.
    case other(UInt8)
  }

  public static let syn: UInt8 = 0x02
  public static let ack: UInt8 = 0x10
  public static let fin: UInt8 = 0x01
  public static let reset: UInt8 = 0x04

  public var destinationMAC = MACAddress("02:00:00:00:00:0b") ?? MACAddress(rawValue: 0)
  public var sourceMAC = MACAddress("02:00:00:00:00:0a") ?? MACAddress(rawValue: 0)
  public var etherType: UInt16 = 0x0800
  /// VLAN tags before the EtherType, outermost first: type in the upper half, control information in the lower.
  public var tags: [UInt32] = []
  public var source: IPv4Address
  public var destination: IPv4Address
  /// With ICMP echo the identifier, whichever way it goes.
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var payload: Payload
  public var data: [UInt8] = []
  public var options: [UInt8] = []
  public var timeToLive: UInt8 = 64
  public var typeOfService: UInt8 = 0
  public var identification: UInt16 = 0x1234
  /// Of TCP.
  public var window: UInt16 = 64240
  /// Flags and offset field; 0x4000 is "don't fragment".
  public var fragment: UInt16 = 0x4000
  /// Octets behind the IP packet, as Ethernet pads to 60.
  public var padding = 0

  public init(
    from source: IPv4Address, _ sourcePort: UInt16, to destination: IPv4Address, _ destinationPort: UInt16,
    _ payload: Payload, data: [UInt8] = []
  ) {
    self.source = source
    self.sourcePort = sourcePort
    self.destination = destination
    self.destinationPort = destinationPort
    self.payload = payload
    self.data = data
  }

  /// The frame's IPv4 packet, or its beginning: what an ICMP error quotes.
  public func packet(_ length: Int = .max) -> [UInt8] {
    Array(bytes.dropFirst(14 + tags.count * 4).dropLast(padding).prefix(length))
  }

  /// The frame.
  public var bytes: [UInt8] {
    let transport = transportBytes
    var header: [UInt8] = [UInt8(0x40 | (5 + options.count / 4)), typeOfService]
    header += word(UInt16(20 + options.count + transport.count)) + word(identification) + word(fragment)
    header += [timeToLive, protocolNumber, 0, 0] + doubleWord(source.rawValue) + doubleWord(destination.rawValue)
    header += options
    header.replaceSubrange(10..<12, with: word(Checksums.internet(header)))
    return octets(destinationMAC) + octets(sourceMAC) + tags.flatMap(doubleWord) + word(etherType) + header + transport
      + [UInt8](repeating: 0, count: padding)
  }

  public var protocolNumber: UInt8 {
    switch payload {
    case .tcp: 6
    case .udp: 17
    case .icmp: 1
    case .other(let number): number
    }
  }

  private var transportBytes: [UInt8] {
    switch payload {
    case .tcp(let flags, let sequence, let acknowledgment, let options):
      var bytes = word(sourcePort) + word(destinationPort) + doubleWord(sequence) + doubleWord(acknowledgment)
      bytes += [UInt8((5 + options.count / 4) << 4), flags] + word(window) + [0, 0, 0, 0] + options + data
      bytes.replaceSubrange(16..<18, with: word(Checksums.internet(pseudoHeader(bytes.count) + bytes)))
      return bytes
    case .udp(let hasChecksum):
      var bytes = word(sourcePort) + word(destinationPort) + word(UInt16(8 + data.count)) + [0, 0] + data
      let sum = Checksums.internet(pseudoHeader(bytes.count) + bytes)
      if hasChecksum { bytes.replaceSubrange(6..<8, with: word(sum == 0 ? 0xFFFF : sum)) }
      return bytes
    case .icmp(let type, let code):
      let identifier = type == 0 ? destinationPort : sourcePort
      var bytes = [type, code, 0, 0] + word(identifier) + word(1) + data
      bytes.replaceSubrange(2..<4, with: word(Checksums.internet(bytes)))
      return bytes
    case .other: return data
    }
  }

  private func pseudoHeader(_ length: Int) -> [UInt8] {
    doubleWord(source.rawValue) + doubleWord(destination.rawValue) + [0, protocolNumber] + word(UInt16(length))
  }

  private func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

  private func doubleWord(_ value: UInt32) -> [UInt8] { word(UInt16(value >> 16)) + word(UInt16(value & 0xFFFF)) }

  private func octets(_ address: MACAddress) -> [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: address.rawValue >> UInt64(40 - $0 * 8)) }
  }
}
