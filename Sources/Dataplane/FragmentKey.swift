import Net
import Packet

/// What makes fragments those of one datagram (RFC 791, section 3.2), and the side that they come from.
struct FragmentKey {
  let source: IPv4Address
  let destination: IPv4Address
  let identification: UInt16
  let number: UInt8
  let isFromClient: Bool

  @_noLocks
  init(_ header: FragmentHeader, isFromClient: Bool) {
    source = header.source
    destination = header.destination
    identification = header.identification
    number = header.number
    self.isFromClient = isFromClient
  }

  /// Translation leaves this end the same, so it decides which worker follows the datagram.
  var client: IPv4Address { @_noLocks get { isFromClient ? source : destination } }

  @_noLocks
  func isSame(as other: FragmentKey) -> Bool {
    source.rawValue == other.source.rawValue && destination.rawValue == other.destination.rawValue
      && identification == other.identification && number == other.number && isFromClient == other.isFromClient
  }
}
