import Net

extension FrameParser {
  /// Reads a frame with VLAN tags as if it had none: one or two, of IEEE 802.1Q or 802.1ad or the older 0x9100, in any
  /// order. Tags are no part of a flow's identity and stay in the frame; what follows works from `networkOffset`.
  ///
  /// Of more tags the outcome is `other`, as of any frame that is not IPv4.
  @_noLocks
  public static func parseTagged(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, into parsed: inout ParsedFrame
  ) -> ParseOutcome {
    var start = Header.Ethernet.length
    for _ in 0...Header.Tag.limit {
      // The type that ends at `start`: the Ethernet header's own, or the one behind a tag.
      guard contiguous >= start else { return short(contiguous, Int(length), .truncatedEthernet) }
      let type = unsafe frame.word(start &- 2)
      guard isTag(type) else {
        guard type == 0x0800 else { return .other(reason(forType: type)) }
        return unsafe parseIPv4(frame, at: start, contiguous: contiguous, length: Int(length), into: &parsed)
      }
      start &+= Header.Tag.length
    }
    return .other(.otherEtherType)
  }

  /// Whether an EtherType announces a VLAN tag.
  @_noLocks @inline(__always)
  static func isTag(_ type: UInt16) -> Bool { type == 0x8100 || type == 0x88A8 || type == 0x9100 }
}
