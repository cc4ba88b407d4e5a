import Net

/// Translation of ICMP errors: the address outside, and in the packet that the error quotes the same end's address, port
/// and checksums, as the sender of that packet would have them (RFC 5508, section 4.2). Every checksum is mended by
/// difference (RFC 1624), so that one that was wrong stays wrong.
extension Rewrite {
  /// An error about a reply, on its way to the server that sent it: the destination outside and the source inside become
  /// the server's.
  @_noLocks
  public static func errorDestination(
    of frame: UnsafeMutableRawPointer, _ outer: ParsedFrame, quoting quoted: ParsedFrame, to address: IPv4Address,
    port: UInt16, addressDelta: ChecksumDelta, endpointDelta: ChecksumDelta
  ) {
    unsafe readdress(frame, outer, at: Header.IPv4.destination, to: address, by: addressDelta)
    let change = unsafe translateQuote(
      frame, outer, quoted, addressAt: Header.IPv4.source, portAt: Header.Ports.source, to: address, port: port,
      addressDelta: addressDelta, endpointDelta: endpointDelta)
    unsafe mend(frame + Int(outer.transportOffset), Header.ICMP.checksum, by: change)
  }

  /// An error about a request, on its way to the client that sent it: the destination inside becomes the VIP and its
  /// port, and so does the source outside, if it is the server and not a router before it.
  @_noLocks
  public static func errorSource(
    of frame: UnsafeMutableRawPointer, _ outer: ParsedFrame, quoting quoted: ParsedFrame, to address: IPv4Address,
    port: UInt16, addressDelta: ChecksumDelta, endpointDelta: ChecksumDelta
  ) {
    let source = unsafe frame.doubleWord(Int(outer.networkOffset) + Header.IPv4.source)
    if source == quoted.destination.rawValue {
      unsafe readdress(frame, outer, at: Header.IPv4.source, to: address, by: addressDelta)
    }
    let change = unsafe translateQuote(
      frame, outer, quoted, addressAt: Header.IPv4.destination, portAt: Header.Ports.destination, to: address,
      port: port, addressDelta: addressDelta, endpointDelta: endpointDelta)
    unsafe mend(frame + Int(outer.transportOffset), Header.ICMP.checksum, by: change)
  }

  /// Writes an address of the error's own header.
  @_noLocks
  private static func readdress(
    _ frame: UnsafeMutableRawPointer, _ outer: ParsedFrame, at offset: Int, to address: IPv4Address,
    by delta: ChecksumDelta
  ) {
    let network = unsafe frame + Int(outer.networkOffset)
    unsafe network.setDoubleWord(offset, address.rawValue)
    unsafe mend(network, Header.IPv4.checksum, by: delta)
  }

  /// Writes one end of the quoted packet and mends its checksums, as far as they are quoted.
  ///
  /// - Returns: the change of everything that the error's own checksum covers.
  @_noLocks
  private static func translateQuote(
    _ frame: UnsafeMutableRawPointer, _ outer: ParsedFrame, _ quoted: ParsedFrame, addressAt: Int, portAt: Int,
    to address: IPv4Address, port: UInt16, addressDelta: ChecksumDelta, endpointDelta: ChecksumDelta
  ) -> ChecksumDelta {
    // The parser has checked that the header, and of the transport's as much as is quoted, lie in reach.
    let network = unsafe frame + Int(quoted.networkOffset)
    let transport = unsafe frame + Int(quoted.transportOffset)
    let quotedBytes = unsafe QuoteParser.end(frame, outer) &- Int(quoted.transportOffset)
    let old = unsafe network.checksum(Header.IPv4.checksum)
    unsafe network.setDoubleWord(addressAt, address.rawValue)
    unsafe mend(network, Header.IPv4.checksum, by: addressDelta)
    let header = unsafe ChecksumDelta(inMemory: old, to: network.checksum(Header.IPv4.checksum))
    let checksumAt: Int
    switch quoted.transport {
    case .tcp: checksumAt = Header.TCP.checksum
    case .udp: checksumAt = Header.UDP.checksum
    case .icmp: return header + addressDelta  // its checksum covers no address, and an echo has no ports
    }
    unsafe transport.setWord(portAt, port)
    guard quotedBytes >= checksumAt &+ 2 else { return header + endpointDelta }
    let before = unsafe transport.checksum(checksumAt)
    switch quoted.transport {
    case .udp: unsafe mendUDP(transport, by: endpointDelta)
    case .tcp, .icmp: unsafe mend(transport, checksumAt, by: endpointDelta)
    }
    let after = unsafe transport.checksum(checksumAt)
    return header + endpointDelta + ChecksumDelta(inMemory: before, to: after)
  }
}
