import Net

/// Turns an echo request into its reply, in place (RFC 792).
public enum EchoReply {
  /// A host's time to live for what it sends itself.
  @inline(__always)
  private static var timeToLive: UInt8 { @_noLocks get { 64 } }

  /// Makes the answer of the request's destination: both ends exchanged, and everything but type, TTL and checksums as
  /// it came (RFC 1122, section 3.2.2.6). The data is neither read nor summed up, however long it is.
  ///
  /// - Returns: false if the request may not be answered, and is as it was: to or from more than one host, or with IP
  ///   options, which a host would have to follow or fill in.
  @_noLocks
  public static func answer(_ frame: UnsafeMutableRawPointer, _ parsed: ParsedFrame) -> Bool {
    guard unsafe Rejection.isBetweenTwoHosts(frame, parsed),
      Int(parsed.transportOffset &- parsed.networkOffset) == Header.IPv4.minimumLength
    else { return false }
    let network = unsafe frame + Int(parsed.networkOffset)
    let icmp = unsafe frame + Int(parsed.transportOffset)
    unsafe Rejection.swapEthernetAddresses(frame)
    // Exchanged, the addresses add up to the same.
    unsafe network.setDoubleWord(Header.IPv4.source, parsed.destination.rawValue)
    unsafe network.setDoubleWord(Header.IPv4.destination, parsed.source.rawValue)
    unsafe change(network, Header.IPv4.timeToLive, to: timeToLive, mending: Header.IPv4.checksum)
    unsafe change(icmp, Header.ICMP.type, to: 0, mending: Header.ICMP.checksum)
    return true
  }

  /// Writes the first octet of a word, and mends the header's checksum.
  @_noLocks
  private static func change(
    _ header: UnsafeMutableRawPointer, _ offset: Int, to octet: UInt8, mending checksum: Int
  ) {
    let old = unsafe header.checksum(offset)
    unsafe header.setOctet(offset, octet)
    let delta = unsafe ChecksumDelta(inMemory: old, to: header.checksum(offset))
    unsafe Rewrite.mend(header, checksum, by: delta)
  }
}
