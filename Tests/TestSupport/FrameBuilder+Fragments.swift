import Net

extension FrameBuilder {
  /// The frame cut into fragments of the same datagram (RFC 791, section 3.2), as a router does it. The transport
  /// checksum is over the whole.
  ///
  /// - Parameter size: octets of payload in each but the last, a multiple of eight.
  public func fragments(of size: Int) -> [[UInt8]] {
    let payload = Array(wholeDatagram.dropFirst(34 + options.count))
    return stride(from: 0, to: payload.count, by: size).map { start in
      piece(start, Array(payload[start..<min(start + size, payload.count)]), hasMore: start + size < payload.count)
    }
  }

  /// One fragment, of any octets and any place.
  ///
  /// - Parameter start: in octets, a multiple of eight.
  public func piece(_ start: Int, _ data: [UInt8], hasMore: Bool) -> [UInt8] {
    var part = self
    part.payload = .other(protocolNumber)
    part.data = data
    part.fragment = UInt16(start / 8) | (hasMore ? 0x2000 : 0)
    return part.bytes
  }

  private var wholeDatagram: [UInt8] {
    var whole = self
    whole.padding = 0
    return whole.bytes
  }
}
