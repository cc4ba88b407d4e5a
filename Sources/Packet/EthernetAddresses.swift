import Net

/// The addresses of an Ethernet header (IEEE 802.3, 3.2.3): who the frame is for.
public enum EthernetAddresses {
  /// Whom the frame is for. Reads eight bytes, which every parsed frame has.
  @_noLocks @inlinable @inline(__always)
  public static func destination(of frame: UnsafeMutableRawPointer) -> MACAddress {
    unsafe MACAddress(rawValue: frame.quadWord(Header.Ethernet.destination) >> 16)
  }
}
