import Net

/// What a worker tells management unasked, seldom: never of packets that are merely forwarded.
@frozen
public enum WorkerNotice: Equatable, Sendable {
  /// A host on a port's segment says where an address is that management wants to know of: a server's, or a VIP's.
  case arp(ARPMessage, PortIndex)
  /// A host answers an echo that management has sent from a borrowed address.
  case echoReply(from: IPv4Address, identifier: UInt16)
}
