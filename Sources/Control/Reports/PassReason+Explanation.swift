import Net

extension PassReason {
  /// What an operator should make of it, in one line.
  var explanation: String {
    switch self {
    case .arp: "address resolution"
    case .ipv6: "IPv6 is not balanced"
    case .otherEtherType: "another EtherType, an 802.3 length or a third VLAN tag"
    case .tagged: "has a VLAN tag, and the port says 'vlan: pass'"
    case .otherProtocol: "IPv4, but neither TCP, UDP nor ICMP"
    case .fragment: "a part of a fragmented datagram"
    case .icmpError: "an ICMP error about no flow of a service"
    case .otherICMP: "ICMP that is not an echo to or from a service"
    case .noService: "no service claims it"
    case .direct: "between a client and a server itself, past the services"
    case .noSession: "from a server, for a flow that is not balanced"
    case .noBackend: "the service has no usable backend and says 'when_empty: pass'"
    case .fromKernel: "from the kernel twin of a port"
    case .probe: "a check by way of the VIP, to the server that it is about"
    }
  }
}
