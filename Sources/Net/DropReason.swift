/// Why a frame was dropped; each reason has a counter in every worker.
@frozen
public enum DropReason: CaseIterable, Sendable {
  /// Shorter than an Ethernet header.
  case truncatedEthernet
  /// Shorter than the IPv4 header it announces.
  case truncatedIPv4
  /// EtherType 0x0800 and a version that is not 4.
  case badIPVersion
  /// An IPv4 header length below 20 bytes.
  case badIPHeaderLength
  /// An IPv4 total length below the header's, or beyond the frame's end.
  case badIPTotalLength
  /// Shorter than a TCP header.
  case truncatedTCP
  /// A TCP data offset below 20 bytes or beyond the segment's end.
  case badTCPDataOffset
  /// Shorter than a UDP header.
  case truncatedUDP
  /// A UDP length below 8 or beyond the datagram's end.
  case badUDPLength
  /// Shorter than an ICMP header.
  case truncatedICMP
  /// The headers do not all lie in the first mbuf segment.
  case headersNotContiguous
  /// `unmatched: drop`, and no service claims the frame.
  case unmatched
  /// The service has no usable backend and says `when_empty: drop`, or a reply to it is not allowed.
  case noBackend
  /// More rejections (`when_empty: reject`) than the limit allows.
  case rejectRateLimited
  /// The owner's ring, or that of the worker that sends for us, is full.
  case ringFull
  /// The transmit queue takes no more.
  case transmitQueueFull
  /// Of a session whose backend was killed.
  case sessionKilled
  /// For a port that has been removed.
  case portRemoved
  /// Its client talks to the only server there is from the same port already, by another road.
  case portInUse
  /// With a VLAN tag, and the port says `vlan: drop`.
  case tagged
  /// The device took the VLAN tag off, and the buffer has no room to put it back.
  case tagLost
  /// More pings of VIPs that Sluice answers itself (`echo: self`) than the limit allows.
  case echoRateLimited
  /// A ping of such a VIP that no host answers: to or from a group, or with IP options, which an answer would have to
  /// follow.
  case echoUnanswerable
  /// A fragment that no datagram can have, or that of a datagram whose first one was refused.
  case badFragment
  /// A fragment whose octets have all come before.
  case fragmentDuplicate
  /// A fragment that contradicts others of its datagram, or that belongs with such a one (RFC 5722's rule).
  case fragmentOverlap
  /// A fragment whose datagram's first one did not come in time.
  case fragmentTimeout
  /// More datagrams in fragments than are tracked, or more early fragments than are held.
  case fragmentLimit
  /// From a server, for an address behind none of several frontends.
  case noFrontend
  /// A further copy of a frame, for which there was no buffer.
  case noBuffer
  /// To a VIP of a `dsr` service, but not to the VIP's MAC address.
  case wrongMAC
  /// From the servers' side of an instance that only returns directly: nothing of theirs goes through it.
  case fromServerSide
  /// For Sluice itself, which has read it: what a host answers to Sluice's own ARP.
  case forSluice

  /// Position among all cases, from 0: the place of its counter.
  @inlinable @inline(__always)
  public var index: Int {
    @_noLocks get {
      // A frozen enum without payloads is stored as the ordinal of its case.
      unsafe Int(unsafeBitCast(self, to: UInt8.self))
    }
  }
}

extension DropReason: CustomStringConvertible {
  /// The name in statistics, stable: `truncated_ipv4`.
  public var description: String {
    switch self {
    case .truncatedEthernet: "truncated_ethernet"
    case .truncatedIPv4: "truncated_ipv4"
    case .badIPVersion: "bad_ip_version"
    case .badIPHeaderLength: "bad_ip_header_length"
    case .badIPTotalLength: "bad_ip_total_length"
    case .truncatedTCP: "truncated_tcp"
    case .badTCPDataOffset: "bad_tcp_data_offset"
    case .truncatedUDP: "truncated_udp"
    case .badUDPLength: "bad_udp_length"
    case .truncatedICMP: "truncated_icmp"
    case .headersNotContiguous: "headers_not_contiguous"
    case .unmatched: "unmatched"
    case .noBackend: "no_backend"
    case .rejectRateLimited: "reject_rate_limited"
    case .ringFull: "ring_full"
    case .transmitQueueFull: "transmit_queue_full"
    case .sessionKilled: "session_killed"
    case .portRemoved: "port_removed"
    case .portInUse: "port_in_use"
    case .tagged: "vlan_tag"
    case .tagLost: "vlan_tag_lost"
    case .echoRateLimited: "echo_rate_limited"
    case .echoUnanswerable: "echo_unanswerable"
    case .badFragment: "bad_fragment"
    case .fragmentDuplicate: "fragment_duplicate"
    case .fragmentOverlap: "fragment_overlap"
    case .fragmentTimeout: "fragment_timeout"
    case .fragmentLimit: "fragment_limit"
    case .noFrontend: "no_frontend"
    case .noBuffer: "no_buffer"
    case .wrongMAC: "wrong_mac"
    case .fromServerSide: "from_server_side"
    case .forSluice: "for_sluice"
    }
  }

  /// What an operator should make of it, in one line.
  public var explanation: String {
    switch self {
    case .truncatedEthernet: "shorter than an Ethernet header"
    case .truncatedIPv4: "shorter than the IPv4 header it announces"
    case .badIPVersion: "EtherType IPv4, but the version is not 4"
    case .badIPHeaderLength: "IPv4 header length below 20 bytes"
    case .badIPTotalLength: "IPv4 total length below the header's or beyond the frame"
    case .truncatedTCP: "shorter than a TCP header"
    case .badTCPDataOffset: "TCP data offset below 20 bytes or beyond the segment"
    case .truncatedUDP: "shorter than a UDP header"
    case .badUDPLength: "UDP length below 8 or beyond the datagram"
    case .truncatedICMP: "shorter than an ICMP header"
    case .headersNotContiguous: "headers spread over several buffers"
    case .unmatched: "no service claims it, and 'unmatched' is 'drop'"
    case .noBackend: "the service has no usable backend"
    case .rejectRateLimited: "over the limit of rejections per second"
    case .ringFull: "the ring to another worker is full: that worker is overloaded"
    case .sessionKilled: "of a session whose backend was killed"
    case .portRemoved: "for a port that has been removed while running"
    case .portInUse: "the client's port is in use with the same server by another road, and there is no other server"
    case .tagged: "has a VLAN tag, and the port says 'vlan: drop'"
    case .tagLost: "the device took its VLAN tag off, and there is no room to put it back"
    case .echoRateLimited: "over the limit of pings that Sluice answers itself per second"
    case .echoUnanswerable: "a ping that Sluice may not answer: to or from a group, or with IP options"
    case .badFragment: "a fragment of impossible length or place, or of a datagram whose first one was refused"
    case .fragmentDuplicate: "a fragment whose octets have all come before"
    case .fragmentOverlap: "a fragment that overlaps others of its datagram, or belongs with such a one"
    case .fragmentTimeout: "a fragment whose datagram's first one did not come in time"
    case .fragmentLimit: "over the limits of 'fragments': datagrams tracked, or early fragments held"
    case .noFrontend: "from a server, without a session, for an address in no frontend's 'ip'"
    case .noBuffer: "a further copy of a frame, while no buffer was free"
    case .wrongMAC: "to the address of a dsr service, but not to its MAC address: meant for another station"
    case .fromServerSide: "from the servers' side, where every service is dsr and replies do not come this way"
    case .forSluice: "for Sluice itself, which has read it: an answer to its own ARP"
    case .transmitQueueFull: "the transmit queue takes no more: the link or its reader is too slow"
    }
  }
}
