import Net

/// The way over which a burst of frames goes on by MAC addresses alone: whom they were sent to, and whom they come from
/// afterwards. Prepared once a burst, so that a frame costs one comparison and two stores.
///
/// Both words hold an address's octets as they stand in a frame, the first lowest, above two that are zero.
@frozen
public struct EthernetHop: Sendable {
  @usableFromInline let station: UInt64
  @usableFromInline let source: UInt64

  /// - Parameters:
  ///   - station: whom the frames are for; nil: that differs, and `isFor` is never true.
  ///   - source: the station that sends them on.
  @_noLocks @inlinable @inline(__always)
  public init(to station: MACAddress?, from source: MACAddress) {
    if let station {
      self.station = Self.octets(station)
    } else {
      // Frames are compared without their lowest bits.
      self.station = 1
    }
    self.source = Self.octets(source)
  }

  @_noLocks @inlinable @inline(__always)
  static func octets(_ address: MACAddress) -> UInt64 { (address.rawValue << 16).byteSwapped << 16 }

  /// Whether the frame was sent to the station. Reads eight bytes, which every parsed frame has.
  @_noLocks @inlinable @inline(__always)
  public func isFor(_ frame: UnsafeMutableRawPointer) -> Bool {
    unsafe frame.octets(Header.Ethernet.destination) << 16 == station
  }

  /// Writes both addresses of the Ethernet header (IEEE 802.3, 3.2.3), and nothing else.
  @_noLocks @inlinable @inline(__always)
  public func write(_ frame: UnsafeMutableRawPointer, to destination: MACOctets) {
    unsafe frame.setOctets(Header.Ethernet.destination, destination.first)
    unsafe frame.setOctets(Header.Ethernet.destination + 4, source | UInt64(destination.last))
  }
}
