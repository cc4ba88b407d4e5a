/// Why a frame crossed unchanged; each reason has a counter in every worker.
@frozen
public enum PassReason: CaseIterable, Sendable {
  case arp
  case ipv6
  /// Any other EtherType, 802.3 length, or a third VLAN tag.
  case otherEtherType
  /// With a VLAN tag, and the port says `vlan: pass`.
  case tagged
  /// IPv4, but neither TCP, UDP nor ICMP.
  case otherProtocol
  /// A part of a fragmented datagram.
  case fragment
  /// An ICMP error message that is about no flow of a service.
  case icmpError
  /// ICMP that is neither an error nor an echo in the direction that is balanced.
  case otherICMP
  /// To or from an address, protocol and port that belongs to no service.
  case noService
  /// To or from a backend's own address: a client that talks to the server itself.
  case direct
  /// From a backend, without a session and without a stateless match (behaviour 42).
  case noSession
  /// The service has no usable backend and says `when_empty: pass`.
  case noBackend
  /// From the kernel twin of a port, to somebody on the segment.
  case fromKernel
  /// A check of a `dsr` service's server by way of the VIP, from the kernel twin, to the server's MAC address.
  case probe

  /// Position among all cases, from 0: the place of its counter.
  @inlinable @inline(__always)
  public var index: Int {
    @_noLocks get {
      // A frozen enum without payloads is stored as the ordinal of its case.
      unsafe Int(unsafeBitCast(self, to: UInt8.self))
    }
  }
}

extension PassReason: CustomStringConvertible {
  /// The name in statistics, stable.
  public var description: String {
    switch self {
    case .arp: "arp"
    case .ipv6: "ipv6"
    case .otherEtherType: "other_ethertype"
    case .tagged: "vlan_tag"
    case .otherProtocol: "other_protocol"
    case .fragment: "fragment"
    case .icmpError: "icmp_error"
    case .otherICMP: "other_icmp"
    case .noService: "no_service"
    case .direct: "direct"
    case .noSession: "no_session"
    case .noBackend: "no_backend"
    case .fromKernel: "from_kernel"
    case .probe: "probe"
    }
  }
}
