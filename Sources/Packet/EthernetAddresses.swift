import Net

/// The addresses of an Ethernet header (IEEE 802.3, 3.2.3): who the frame is for, and who sent it over this link.
public enum EthernetAddresses {
  /// Whom the frame is for. Reads eight bytes, which every parsed frame has.
  @_noLocks @inlinable @inline(__always)
  public static func destination(of frame: UnsafeMutableRawPointer) -> MACAddress {
    unsafe MACAddress(rawValue: frame.quadWord(Header.Ethernet.destination) >> 16)
  }

  /// Writes both, and nothing else.
  @_noLocks @inlinable @inline(__always)
  public static func write(
    _ frame: UnsafeMutableRawPointer, destination: MACAddress, source: MACAddress
  ) {
    unsafe frame.setQuadWord(Header.Ethernet.destination, destination.rawValue << 16 | source.rawValue >> 32)
    unsafe frame.setDoubleWord(Header.Ethernet.source + 2, UInt32(truncatingIfNeeded: source.rawValue))
  }
}
