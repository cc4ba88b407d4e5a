import Net

/// Whom a frame is for, as a host on the segment would ask: the other end of the question whose flow it is.
@frozen
public struct Addressee {
  /// The destination of an IPv4 packet, or the address that an ARP packet asks for or answers to; nil: it is neither.
  public let address: IPv4Address?
  public let isARP: Bool
  /// Where the frame is sent to.
  public let destination: MACAddress
  /// Where it was sent from.
  public let source: MACAddress

  @_noLocks
  private init(address: IPv4Address?, isARP: Bool, destination: MACAddress, source: MACAddress) {
    self.address = address
    self.isARP = isARP
    self.destination = destination
    self.source = source
  }

  /// Reads as much of a frame as that takes; tagged frames have no address here. Nil: shorter than an Ethernet header.
  ///
  /// - Parameter contiguous: octets of the frame at `frame`.
  @_noLocks
  public static func of(_ frame: UnsafeMutableRawPointer, contiguous: Int) -> Addressee? {
    guard contiguous >= Header.Ethernet.length else { return nil }
    let address: IPv4Address?
    let type = unsafe frame.word(Header.Ethernet.type)
    switch type {
    case 0x0800 where contiguous >= Header.Ethernet.length + Header.IPv4.minimumLength:
      address = unsafe IPv4Address(rawValue: frame.doubleWord(Header.Ethernet.length + Header.IPv4.destination))
    case 0x0806: address = unsafe ARP.parse(frame, contiguous: contiguous)?.targetAddress
    default: address = nil
    }
    return unsafe Addressee(
      address: address, isARP: type == 0x0806, destination: frame.mac(Header.Ethernet.destination),
      source: frame.mac(Header.Ethernet.source))
  }
}
