import Net

/// ARP for IPv4 over Ethernet, as it lies in a frame (RFC 826).
public enum ARP {
  /// Octets of a packet behind the Ethernet header.
  @inlinable @inline(__always)
  public static var length: Int { @_noLocks get { 28 } }

  /// Reads the packet that begins `start` octets into the frame, behind the Ethernet header and any tags.
  ///
  /// - Parameter contiguous: octets of the frame at `frame`.
  /// - Returns: nil if the packet is cut short, is not of IPv4 over Ethernet, or neither request nor reply.
  @_noLocks
  public static func parse(
    _ frame: UnsafeMutableRawPointer, at start: Int = Header.Ethernet.length, contiguous: Int
  ) -> ARPMessage? {
    guard contiguous >= start &+ length else { return nil }
    let packet = unsafe frame + start
    // Hardware 1 is Ethernet, its addresses have 6 octets; protocol 0x0800 is IPv4, its addresses have 4.
    guard unsafe packet.doubleWord(Header.ARP.hardware) == 0x0001_0800,
      unsafe packet.word(Header.ARP.lengths) == 0x0604
    else { return nil }
    let operation = unsafe packet.word(Header.ARP.operation)
    guard operation == 1 || operation == 2 else { return nil }
    return unsafe ARPMessage(
      isRequest: operation == 1, senderMAC: packet.mac(Header.ARP.senderMAC),
      senderAddress: IPv4Address(rawValue: packet.doubleWord(Header.ARP.senderAddress)),
      targetMAC: packet.mac(Header.ARP.targetMAC),
      targetAddress: IPv4Address(rawValue: packet.doubleWord(Header.ARP.targetAddress)))
  }

  /// The request that an untagged frame carries; nil: it carries none.
  ///
  /// - Parameter contiguous: octets of the frame at `frame`.
  @_noLocks
  public static func request(in frame: UnsafeMutableRawPointer, contiguous: Int) -> ARPMessage? {
    guard contiguous >= Header.Ethernet.length, unsafe frame.word(Header.Ethernet.type) == 0x0806,
      let message = unsafe parse(frame, contiguous: contiguous), message.isRequest
    else { return nil }
    return message
  }

  /// Writes a packet over that of a frame, which keeps its length.
  @_noLocks
  public static func write(
    _ message: ARPMessage, into frame: UnsafeMutableRawPointer, at start: Int = Header.Ethernet.length
  ) {
    let packet = unsafe frame + start
    unsafe packet.setDoubleWord(Header.ARP.hardware, 0x0001_0800)
    unsafe packet.setWord(Header.ARP.lengths, 0x0604)
    unsafe packet.setWord(Header.ARP.operation, message.isRequest ? 1 : 2)
    unsafe packet.setMAC(Header.ARP.senderMAC, message.senderMAC)
    unsafe packet.setDoubleWord(Header.ARP.senderAddress, message.senderAddress.rawValue)
    unsafe packet.setMAC(Header.ARP.targetMAC, message.targetMAC)
    unsafe packet.setDoubleWord(Header.ARP.targetAddress, message.targetAddress.rawValue)
  }

  /// Turns the frame of a request into the frame of the answer: to whoever asked, from the address that is told.
  @_noLocks
  public static func answer(
    _ request: ARPMessage, with mac: MACAddress, in frame: UnsafeMutableRawPointer,
    at start: Int = Header.Ethernet.length
  ) {
    unsafe frame.setMAC(Header.Ethernet.destination, request.senderMAC)
    unsafe frame.setMAC(Header.Ethernet.source, mac)
    unsafe write(request.answer(by: mac), into: frame, at: start)
  }

  /// Where a frame is sent to.
  @_noLocks
  public static func destination(of frame: UnsafeMutableRawPointer) -> MACAddress {
    unsafe frame.mac(Header.Ethernet.destination)
  }
}
