import Net

/// Translation of fragments without a transport header: the address alone. The checksum of TCP or UDP is in the first
/// fragment, where `destination` and `source` mend it for the whole datagram.
extension Rewrite {
  /// Writes a new destination address.
  @_noLocks
  public static func destinationAddress(
    of frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, to address: IPv4Address, delta: ChecksumDelta
  ) {
    unsafe translateAddress(frame, parsed, at: Header.IPv4.destination, to: address, delta)
  }

  /// Writes a new source address.
  @_noLocks
  public static func sourceAddress(
    of frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, to address: IPv4Address, delta: ChecksumDelta
  ) {
    unsafe translateAddress(frame, parsed, at: Header.IPv4.source, to: address, delta)
  }

  @_noLocks
  private static func translateAddress(
    _ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame, at offset: Int, to address: IPv4Address,
    _ delta: ChecksumDelta
  ) {
    // The parser has checked that the header lies in the frame.
    let network = unsafe frame + Int(parsed.networkOffset)
    unsafe network.setDoubleWord(offset, address.rawValue)
    unsafe mend(network, Header.IPv4.checksum, by: delta)
  }
}
