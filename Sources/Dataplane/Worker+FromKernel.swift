import Counters
import EAL
import Net
import Packet
import Tables

/// What the kernel sends through a twin: a probe of a server, a request to a service as anybody's, a question for a VIP's
/// address, or something for the segment.
extension Worker {
  /// Settles the first `count` frames of the burst.
  @_noLocks
  mutating func fromKernel(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) {
    var kept = 0
    for position in 0..<count {
      let mbuf = burst.mbufs[position]
      var parsed = ParsedFrame()
      let claim = unsafe kernelClaim(
        mbuf.data, contiguous: mbuf.contiguousLength, length: mbuf.length, &parsed, tables)
      if claim.isService {
        if unsafe sendProbe(mbuf, parsed, claim, tables) { continue }
        // `kept` never overtakes `position`.
        burst.mbufs[kept] = mbuf
        kept &+= 1
      } else if unsafe !answersKernel(mbuf, tables) {
        sendOut(mbuf)
      }
    }
    if kept > 0 { unsafe requests(kept, tables) }
  }

  /// Whose the endpoint is that a frame of the kernel's is for.
  @_noLocks
  mutating func kernelClaim(
    _ frame: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, _ parsed: inout ParsedFrame,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> EndpointClaim {
    switch unsafe FrameParser.parseAny(frame, contiguous: contiguous, length: length, into: &parsed) {
    case .ports, .echoRequest: break
    case .echoReply, .other, .malformed: return .nobody
    }
    let claim = unsafe tables.pointee.endpoints.claim(of: parsed.destinationEndpoint)
    guard claim.isNobody, unsafe tables.pointee.hasAnyPort else { return claim }
    return unsafe tables.pointee.endpoints.claimOfAnyPort(of: parsed.destinationEndpoint)
  }

  /// Whether the kernel asked for a VIP's address, as clients do, and was told.
  @_noLocks
  private mutating func answersKernel(_ mbuf: Mbuf, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    let data = unsafe mbuf.data
    guard let request = unsafe ARP.request(in: data, contiguous: mbuf.contiguousLength),
      let mac = unsafe kernelAnswer(request, to: data, tables)
    else { return false }
    unsafe ARP.answer(request, with: mac, in: data)
    send(mbuf, to: arrival, as: .answered)
    return true
  }

  /// The MAC address that the kernel is told; nil: it asks for somebody else's.
  @_noLocks
  mutating func kernelAnswer(
    _ request: ARPMessage, to frame: UnsafeMutableRawPointer, _ tables: UnsafePointer<ForwardingTables>
  ) -> MACAddress? {
    guard unsafe !tables.pointee.addresses.isEmpty else { return nil }
    let mac = unsafe ports[Int(arrival.rawValue)].mac
    return unsafe arpAnswer(request, to: frame, at: mac, fromClients: true, tables)
  }

  /// Out of the port behind which the addressee was heard; else, as a bridge does, out of every port of the segment.
  @_noLocks
  private mutating func sendOut(_ mbuf: Mbuf) {
    let side = unsafe twins[Int(arrival.rawValue) &- (portCount &- twinCount)].side
    let addressee = unsafe Addressee.of(mbuf.data, contiguous: mbuf.contiguousLength)
    if let addressee, let known = neighbors.side(of: addressee.destination) {
      return send(mbuf, to: known, as: .passed(.fromKernel))
    }
    sendOpposite(mbuf, side)
    send(mbuf, to: side, as: .passed(.fromKernel))
  }

  /// A copy out of the ports opposite to a twin's: from the servers' side of every frontend.
  @_noLocks
  private mutating func sendOpposite(_ mbuf: Mbuf, _ side: PortIndex) {
    let peer = unsafe ports[Int(side.rawValue)].peer
    guard peer.rawValue != side.rawValue else { return }
    guard unsafe !ports[Int(side.rawValue)].side.facesClients else {
      return sendCopy(of: mbuf, to: peer, as: .passed(.fromKernel))
    }
    for position in 0..<portCount where unsafe ports[position].side.facesClients {
      sendCopy(of: mbuf, to: PortIndex(UInt8(truncatingIfNeeded: position)), as: .passed(.fromKernel))
    }
  }
}
