/// What an ARP packet for IPv4 over Ethernet says (RFC 826). `Packet` reads it from a frame and writes it into one.
@frozen
public struct ARPMessage: Hashable, Sendable {
  /// Operation 1; a reply is 2.
  public var isRequest: Bool
  public var senderMAC: MACAddress
  /// 0.0.0.0 in a probe.
  public var senderAddress: IPv4Address
  /// Zero where it is asked for.
  public var targetMAC: MACAddress
  public var targetAddress: IPv4Address

  @_noLocks @inlinable @inline(__always)
  public init(
    isRequest: Bool, senderMAC: MACAddress, senderAddress: IPv4Address, targetMAC: MACAddress,
    targetAddress: IPv4Address
  ) {
    self.isRequest = isRequest
    self.senderMAC = senderMAC
    self.senderAddress = senderAddress
    self.targetMAC = targetMAC
    self.targetAddress = targetAddress
  }

  /// A request for an address by a host that has one: or, with 0.0.0.0, a probe, by a host that claims none and
  /// changes nobody's table (RFC 5227, section 2.1.1).
  public static func request(for address: IPv4Address, from source: IPv4Address, _ mac: MACAddress) -> Self {
    Self(
      isRequest: true, senderMAC: mac, senderAddress: source, targetMAC: MACAddress(rawValue: 0),
      targetAddress: address)
  }

  /// Tells everybody where an address is (RFC 5227, section 2.3: a request, since hosts heed those best).
  public static func announcement(of address: IPv4Address, at mac: MACAddress) -> Self {
    request(for: address, from: address, mac)
  }

  /// The answer of the host that has the target's address.
  @_noLocks @inlinable @inline(__always)
  public func answer(by mac: MACAddress) -> Self {
    Self(
      isRequest: false, senderMAC: mac, senderAddress: targetAddress, targetMAC: senderMAC,
      targetAddress: senderAddress)
  }

  /// A request of a host that does not use its address yet (RFC 5227, section 1.1).
  @inlinable @inline(__always)
  public var isProbe: Bool { @_noLocks get { isRequest && senderAddress.rawValue == 0 } }

  /// Whether the sender says of the sender's address that it is its own, which all but a probe do.
  @inlinable @inline(__always)
  public var isClaim: Bool { @_noLocks get { senderAddress.rawValue != 0 } }

  /// Bytes of the shortest Ethernet frame without its check sequence (IEEE 802.3).
  public static let frameLength = 60

  /// The message as a whole frame, padded with zeros.
  public func frame(from source: MACAddress, to destination: MACAddress) -> [UInt8] {
    let header = octets(destination.rawValue, 6) + octets(source.rawValue, 6) + [0x08, 0x06]
    let kinds: [UInt8] = [0, 1, 0x08, 0x00, 6, 4, 0, isRequest ? 1 : 2]
    let sender = octets(senderMAC.rawValue, 6) + octets(UInt64(senderAddress.rawValue), 4)
    let target = octets(targetMAC.rawValue, 6) + octets(UInt64(targetAddress.rawValue), 4)
    let packet = header + kinds + sender + target
    return packet + [UInt8](repeating: 0, count: Self.frameLength - packet.count)
  }

  private func octets(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
  }
}
