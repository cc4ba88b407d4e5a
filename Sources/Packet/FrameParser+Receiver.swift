import Net

extension FrameParser {
  /// The host that an IPv4 frame is for, behind at most two VLAN tags; nil: another sort of frame, or one for several
  /// hosts (multicast, or the limited broadcast of RFC 919).
  @_noLocks
  public static func receiver(_ frame: UnsafeMutableRawPointer, contiguous: Int) -> IPv4Address? {
    var network = Header.Ethernet.length
    for _ in 0..<3 {
      guard contiguous >= network + Header.IPv4.minimumLength else { return nil }
      // The EtherType stands before what it announces, behind a tag (IEEE 802.1Q) as well.
      switch unsafe frame.word(network - 2) {
      case 0x0800:
        let address = unsafe IPv4Address(rawValue: (frame + network).doubleWord(Header.IPv4.destination))
        return address.isMulticast || address.rawValue == UInt32.max ? nil : address
      case 0x8100, 0x88A8: network += 4
      default: return nil
      }
    }
    return nil
  }
}
