import Counters
import EAL
import Net
import Packet
import Tables

/// Direct server return (`mode: dsr`): a request goes to its server's MAC address, from that of the port it leaves by, and
/// the IP packet in it stays as it is. The server has the VIP on its loopback and answers the client itself.
extension Worker {
  /// Frames from clients where every service returns directly: found, forwarded, and those that are left decided anew.
  @_noLocks @inline(never)
  mutating func requestsByMAC(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) {
    let found = find(count, .byMAC)
    if unsafe tables.pointee.endpoints.isLarge { unsafe prefetchBackends(found.hits, tables) }
    unsafe forwardFound(found, .byMAC, tables)
  }

  /// Forwards a list's frames as long as they are ordinary ones of active sessions, to the MAC address that all VIPs have.
  /// Nothing in the loop is called.
  @_noLocks @inline(__always)
  mutating func forwardActiveByMAC(
    _ next: inout FrameList, _ end: FrameList, _ moment: Moment, _ tables: UnsafePointer<ForwardingTables>
  ) {
    guard let hop = unsafe commonHop(tables) else { return }
    var run = unsafe across.pointee.begin(upTo: end - next, tally)
    while unsafe next != end {
      let frame = unsafe next.pointee
      let place = unsafe frame.pointee.place
      let entry = sessions[place]
      let backend = unsafe tables.pointee.backend(of: entry, frame.pointee.claim)
      guard unsafe hop.isFor(frame.pointee.data), unsafe !backend.pointee.isOut,
        unsafe noteActive(frame, place, entry, moment)
      else { break }
      unsafe hop.write(frame.pointee.data, to: backend.pointee.octets)
      unsafe backendTally.addRequest(backend.pointee.slot, bytes: frame.pointee.length)
      unsafe run.put(frame.pointee.mbuf)
      unsafe next += 1
    }
    unsafe across.pointee.end(run, as: .forwarded)
  }

  /// Whether an entry is that of a frame's flow, and the frame is for the VIP's MAC address: a service may have several ports,
  /// and so it can be another flow of the client's endpoint.
  @_noLocks
  mutating func isByMAC(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    unsafe entry.serverPort == frame.pointee.parsed.destinationPort && isForVIP(frame, tables)
  }

  /// From whom the frames of the burst in hand come, and to whom they must have been sent; nil if that is not the same for
  /// all.
  @_noLocks @inline(__always)
  private mutating func commonHop(_ tables: UnsafePointer<ForwardingTables>) -> EthernetHop? {
    guard let vip = unsafe tables.pointee.commonVIPMAC else { return nil }
    // The peer of a port is one of the list.
    let port = unsafe ports + Int(arrival.rawValue)
    let exit = unsafe ports + Int(port.pointee.peer.rawValue)
    return unsafe EthernetHop(to: vip.isZero ? port.pointee.mac : vip, from: exit.pointee.mac)
  }

  /// A new session: chooses a server and remembers it.
  @_noLocks @inline(never)
  mutating func openByMAC(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let index = unsafe frame.pointee.claim.service
    let service = unsafe tables.pointee.service(index)
    guard unsafe !service.pointee.isEmpty else { return unsafe refuse(frame, service.pointee.emptyAction, tables) }
    let parsed = unsafe frame.pointee.parsed
    guard let choice = unsafe choice(for: frame, of: index, keeps: !parsed.event.isReset, tables) else { return }
    var backend = unsafe tables.pointee.backend(service.pointee.record(of: choice))
    // A reset ends what it belongs to; it is not worth an entry.
    if !parsed.event.isReset {
      // The first packet confirms nothing, so that a flood of acknowledgements makes no confirmed sessions.
      let progress = unsafe tables.pointee.rules.progress(
        after: parsed.event, fromClient: true, from: service.pointee.start)
      let entry = SessionEntry(
        client: parsed.sourceEndpoint, serverPort: parsed.destinationPort, service: index, backend: choice,
        frontend: arrival, kind: .flow, progress: progress, now: clock.tick)
      let storing = unsafe store(entry, frame, tables)
      if !storing.isStored, unsafe service.pointee.remembers {
        unsafe backend = unsafe statelessBackend(of: service, for: parsed.sourceEndpoint, tables)
      }
      if storing.isStored, !parsed.event.isSyn, !parsed.event.isDatagram { tally.add(.adoptedRequests) }
    }
    unsafe deliverByMAC(frame, to: backend)
  }

  /// Sends the frame to its server over the link.
  @_noLocks
  mutating func deliverByMAC(_ frame: UnsafeMutablePointer<Frame>, to backend: UnsafePointer<BackendRecord>) {
    // The peer of a port is one of the list.
    let exit = unsafe ports + Int(ports[Int(arrival.rawValue)].peer.rawValue)
    unsafe EthernetHop(to: nil, from: exit.pointee.mac).write(frame.pointee.data, to: backend.pointee.octets)
    unsafe backendTally.addRequest(backend.pointee.slot, bytes: frame.pointee.length)
    unsafe sendAcross(frame.pointee.mbuf, as: .forwarded)
  }

  /// Whether a frame to a `dsr` service came to the VIP's MAC address: not to another station's, which a switch has
  /// flooded, and to no group's (behaviour 10).
  @_noLocks @inline(never)
  mutating func isForVIP(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let vip = unsafe tables.pointee.service(frame.pointee.claim.service).pointee.vipMAC
    let own = unsafe ports[Int(arrival.rawValue)].mac
    let expected = vip.isZero ? own : vip
    return unsafe EthernetAddresses.destination(of: frame.pointee.data).rawValue == expected.rawValue
  }

  /// The port by which a new session's entry is found again: from the server's side the server's, and of a `dsr` service,
  /// whose servers are never heard, the one that the client asks for.
  @_noLocks
  mutating func serverPort(
    of frame: UnsafeMutablePointer<Frame>, _ backend: UnsafePointer<BackendRecord>
  ) -> UInt16 {
    let parsed = unsafe frame.pointee.parsed
    if unsafe frame.pointee.claim.isByMAC { return parsed.destinationPort }
    return unsafe backend.pointee.serverPort(for: parsed.transport)
  }

  /// Makes all echoes of a client to the VIP of a `dsr` service one session, so that one server answers them whatever their
  /// identifiers are (behaviour 52).
  @_noLocks
  mutating func ignoreIdentifier(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) {
    guard unsafe tables.pointee.endpoints.claim(of: frame.pointee.parsed.destinationEndpoint).isByMAC else { return }
    unsafe frame.pointee.parsed.sourceEndpoint = Endpoint(frame.pointee.parsed.source, 0, .icmp)
  }

  /// Whether a session's server cannot be reached any more, since its address resolves to no MAC address.
  @_noLocks
  mutating func isLost(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    unsafe frame.pointee.claim.isByMAC && tables.pointee.backend(of: entry).pointee.mac.isZero
  }

  /// Why a frame is dropped that no service claims.
  @_noLocks @inline(never)
  mutating func unmatchedReason(_ tables: UnsafePointer<ForwardingTables>) -> DropReason {
    let isFromClients = unsafe ports[Int(arrival.rawValue)].side.isFrontend
    return unsafe tables.pointee.isOnlyByMAC && !isFromClients ? .fromServerSide : .unmatched
  }
}
