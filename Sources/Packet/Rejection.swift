import Net

/// Turns a request into its refusal, in place: what a host without a listener would answer.
public enum Rejection {
  /// The most of an offending datagram that an ICMP error quotes, so that the error stays within the 576
  /// bytes every host must take (RFC 1812, section 4.3.2.3).
  static var quoteLimit: Int { 576 - Header.IPv4.minimumLength - Header.ICMP.length }

  /// Makes the answer of the frame's destination to the frame's source.
  ///
  /// - Parameters:
  ///   - contiguous: bytes of the frame at `frame`.
  ///   - capacity: bytes that the buffer at `frame` can hold.
  /// - Returns: the new frame's length in bytes, or 0 if nothing may be answered (a TCP reset, a frame to or
  ///   from more than one host). Below 60 bytes the sending port pads, as with any host's short frame.
  @_noLocks
  public static func answer(
    _ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, contiguous: Int, capacity: Int
  ) -> Int {
    guard unsafe isBetweenTwoHosts(frame, parsed) else { return 0 }
    switch parsed.transport {
    case .tcp: return unsafe reset(frame, parsed)
    // Port unreachable: the VIP is there, the port is not (RFC 1122, section 3.2.2.1).
    case .udp: return unsafe unreachable(frame, parsed, code: 3, contiguous: contiguous, capacity: capacity)
    // Host unreachable.
    case .icmp: return unsafe unreachable(frame, parsed, code: 1, contiguous: contiguous, capacity: capacity)
    }
  }

  /// Neither sent to a group, in Ethernet or in IP, nor from an address that no single host has: network 0,
  /// loopback, class D, class E (RFC 1122, sections 3.2.2 and 4.2.3.10).
  @_noLocks
  static func isBetweenTwoHosts(_ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame) -> Bool {
    let source = parsed.source.rawValue >> 24
    let destination = parsed.destination.rawValue >> 24
    let isGroup = unsafe frame.octet(Header.Ethernet.destination) & 1 == 1
    return !isGroup && source != 0 && source != 127 && source < 224 && destination < 224
  }

  /// A TCP reset as of a closed port (RFC 9293, section 3.10.7.1).
  @_noLocks
  static func reset(_ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame) -> Int {
    guard !parsed.event.isReset else { return 0 }
    let network = unsafe frame + Int(parsed.networkOffset)
    let old = unsafe frame + Int(parsed.transportOffset)
    let taken = unsafe segmentLength(network, old, parsed)
    let sequence = unsafe old.doubleWord(Header.TCP.sequence)
    let acknowledgment = unsafe old.doubleWord(Header.TCP.acknowledgment)
    unsafe swapEthernetAddresses(frame)
    let isAck = parsed.event.isAck
    return unsafe writeReset(
      frame, parsed, from: parsed.destinationEndpoint, to: parsed.sourceEndpoint,
      sequence: isAck ? acknowledgment : 0, acknowledgment: isAck ? nil : sequence &+ taken)
  }

  /// A TCP reset over the frame's headers. Options go: they are the shortest there are.
  @_noLocks
  static func writeReset(
    _ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, from source: Endpoint, to destination: Endpoint,
    sequence: UInt32, acknowledgment: UInt32?
  ) -> Int {
    let network = unsafe frame + Int(parsed.networkOffset)
    let tcp = unsafe network + Header.IPv4.minimumLength
    unsafe tcp.setWord(Header.Ports.source, source.port)
    unsafe tcp.setWord(Header.Ports.destination, destination.port)
    unsafe tcp.setDoubleWord(Header.TCP.sequence, sequence)
    unsafe tcp.setDoubleWord(Header.TCP.acknowledgment, acknowledgment ?? 0)
    unsafe tcp.setWord(Header.TCP.dataOffset, 0x5000 | (acknowledgment == nil ? 0x04 : 0x14))
    unsafe tcp.setDoubleWord(Header.TCP.checksum - 2, 0)  // window and checksum
    unsafe tcp.setWord(Header.TCP.checksum + 2, 0)  // urgent pointer
    let length = Header.TCP.minimumLength
    let pseudo = InternetChecksum.pseudoHeader(
      source: source.address.rawValue, destination: destination.address.rawValue, number: 6, length: length)
    let sum = unsafe InternetChecksum.sum(tcp, count: length, initial: pseudo)
    unsafe tcp.setWord(Header.TCP.checksum, InternetChecksum.finish(sum))
    unsafe envelope(network, from: source.address, to: destination.address, number: 6, payload: length)
    return Int(parsed.networkOffset) + Header.IPv4.minimumLength + length
  }

  /// Sequence numbers that a segment takes: its data, its SYN and its FIN.
  @_noLocks
  static func segmentLength(
    _ network: UnsafeMutableRawPointer, _ tcp: UnsafeMutableRawPointer, _ parsed: ParsedFrame
  ) -> UInt32 {
    let headers =
      unsafe Int(parsed.transportOffset &- parsed.networkOffset) &+ Int(tcp.octet(Header.TCP.dataOffset) >> 4) &* 4
    let data = unsafe Int(network.word(Header.IPv4.totalLength)) &- headers
    return UInt32(truncatingIfNeeded: data) &+ (parsed.event.isSyn ? 1 : 0) &+ (parsed.event.isFin ? 1 : 0)
  }

  /// An ICMP destination unreachable that quotes the datagram (RFC 792).
  @_noLocks
  static func unreachable(
    _ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, code: UInt8, contiguous: Int, capacity: Int
  ) -> Int {
    let start = Int(parsed.networkOffset)
    let network = unsafe frame + start
    let added = Header.IPv4.minimumLength + Header.ICMP.length
    let total = unsafe Int(network.word(Header.IPv4.totalLength))
    let quote = min(min(total, quoteLimit), min(contiguous &- start, capacity &- start &- added))
    // At least the header and eight bytes, or the error says nothing to whom it reaches.
    guard quote >= Int(parsed.transportOffset &- parsed.networkOffset) &+ 8 else { return 0 }
    unsafe (network + added).copyMemory(from: network, byteCount: quote)
    let icmp = unsafe network + Header.IPv4.minimumLength
    unsafe icmp.setOctet(Header.ICMP.type, 3)
    unsafe icmp.setOctet(Header.ICMP.code, code)
    unsafe icmp.setWord(Header.ICMP.checksum, 0)
    unsafe icmp.setDoubleWord(Header.ICMP.identifier, 0)
    let sum = unsafe InternetChecksum.sum(icmp, count: Header.ICMP.length + quote)
    unsafe icmp.setWord(Header.ICMP.checksum, InternetChecksum.finish(sum))
    unsafe swapEthernetAddresses(frame)
    unsafe envelope(
      network, from: parsed.destination, to: parsed.source, number: 1, payload: Header.ICMP.length + quote)
    return start + added + quote
  }

  /// A fresh IPv4 header.
  @_noLocks
  static func envelope(
    _ network: UnsafeMutableRawPointer, from source: IPv4Address, to destination: IPv4Address, number: UInt8,
    payload: Int
  ) {
    unsafe network.setOctet(Header.IPv4.versionAndLength, 0x45)
    unsafe network.setOctet(Header.IPv4.typeOfService, 0)
    unsafe network.setWord(
      Header.IPv4.totalLength, UInt16(truncatingIfNeeded: Header.IPv4.minimumLength + payload))
    unsafe network.setWord(Header.IPv4.identification, 0)
    unsafe network.setWord(Header.IPv4.fragment, 0x4000)  // don't fragment: the identification is free (RFC 6864)
    unsafe network.setOctet(Header.IPv4.timeToLive, 64)
    unsafe network.setOctet(Header.IPv4.transport, number)
    unsafe network.setWord(Header.IPv4.checksum, 0)
    unsafe network.setDoubleWord(Header.IPv4.source, source.rawValue)
    unsafe network.setDoubleWord(Header.IPv4.destination, destination.rawValue)
    let sum = unsafe InternetChecksum.sum(network, count: Header.IPv4.minimumLength)
    unsafe network.setWord(Header.IPv4.checksum, InternetChecksum.finish(sum))
  }

  @_noLocks
  static func swapEthernetAddresses(_ frame: UnsafeMutableRawPointer) {
    for offset in 0..<3 {
      let destination = unsafe frame.word(Header.Ethernet.destination + offset &* 2)
      let source = unsafe frame.word(Header.Ethernet.source + offset &* 2)
      unsafe frame.setWord(Header.Ethernet.destination + offset &* 2, source)
      unsafe frame.setWord(Header.Ethernet.source + offset &* 2, destination)
    }
  }
}
