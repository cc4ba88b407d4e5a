import Net

/// Translation of one end of a flow, with every checksum that covers it.
///
/// The deltas are the caller's, computed once per backend: the address's for the IPv4 header, the
/// address's and port's together for TCP and UDP (whose pseudo-header holds the address).
public enum Rewrite {
  /// Writes a new destination address and port.
  @_noLocks @inlinable @inline(__always)
  public static func destination(
    of frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, to address: IPv4Address, port: UInt16,
    addressDelta: ChecksumDelta, endpointDelta: ChecksumDelta
  ) {
    unsafe translate(
      frame, parsed, addressAt: Header.IPv4.destination, portAt: Header.Ports.destination, to: address, port: port,
      addressDelta: addressDelta, endpointDelta: endpointDelta)
  }

  /// Writes a new source address and port.
  @_noLocks @inlinable @inline(__always)
  public static func source(
    of frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, to address: IPv4Address, port: UInt16,
    addressDelta: ChecksumDelta, endpointDelta: ChecksumDelta
  ) {
    unsafe translate(
      frame, parsed, addressAt: Header.IPv4.source, portAt: Header.Ports.source, to: address, port: port,
      addressDelta: addressDelta, endpointDelta: endpointDelta)
  }

  @_noLocks @inlinable @inline(__always)
  static func translate(
    _ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, addressAt: Int, portAt: Int,
    to address: IPv4Address, port: UInt16, addressDelta: ChecksumDelta, endpointDelta: ChecksumDelta
  ) {
    // The parser has checked that both headers lie in the frame.
    let network = unsafe frame + Int(parsed.networkOffset)
    let transport = unsafe frame + Int(parsed.transportOffset)
    unsafe network.setDoubleWord(addressAt, address.rawValue)
    unsafe mend(network, Header.IPv4.checksum, by: addressDelta)
    switch parsed.transport {
    case .tcp:
      unsafe transport.setWord(portAt, port)
      unsafe mend(transport, Header.TCP.checksum, by: endpointDelta)
    case .udp:
      unsafe transport.setWord(portAt, port)
      unsafe mendUDP(transport, by: endpointDelta)
    case .icmp: break  // its checksum covers no address, and an echo has no ports
    }
  }

  @_noLocks @inlinable @inline(__always)
  static func mend(_ header: UnsafeMutableRawPointer, _ offset: Int, by delta: ChecksumDelta) {
    unsafe header.setChecksum(offset, delta.applied(to: header.checksum(offset)))
  }

  /// RFC 768: 0 says that there is no checksum and stays; a computed 0 is sent as all ones.
  @_noLocks @inlinable @inline(__always)
  static func mendUDP(_ header: UnsafeMutableRawPointer, by delta: ChecksumDelta) {
    let old = unsafe header.checksum(Header.UDP.checksum)
    guard old != 0 else { return }
    let new = delta.applied(to: old)
    unsafe header.setChecksum(Header.UDP.checksum, new == 0 ? 0xFFFF : new)
  }
}
