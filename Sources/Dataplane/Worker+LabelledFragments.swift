import Counters
import EAL
import Net
import Packet
import Tables

/// Fragments whose ports are known, at the owner of their flow. The first of a datagram is a packet like any other; those
/// without a transport header follow it to where its session leads.
extension Worker {
  /// - Parameter isFirst: whether it has a transport header.
  @_noLocks
  mutating func flow(
    _ frame: UnsafeMutablePointer<Frame>, isFirst: Bool, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    if fromClients, unsafe tables.pointee.hasByMAC, unsafe !frame.pointee.parsed.transport.hasPorts {
      unsafe ignoreIdentifier(frame, tables)
    }
    let parsed = unsafe frame.pointee.parsed
    let server = fromClients ? parsed.destinationEndpoint : parsed.sourceEndpoint
    var claim = unsafe tables.pointee.endpoints.claim(of: server)
    if fromClients, claim.isNobody { claim = unsafe tables.pointee.endpoints.claimOfAnyPort(of: server) }
    guard fromClients ? !claim.isNobody : claim.isBackend else {
      return unsafe unmatched(frame.pointee.mbuf, .noService, tables)
    }
    unsafe note(frame, fromClients ? parsed.sourceEndpoint : parsed.destinationEndpoint, claim)
    unsafe frame.pointee.place = .none
    switch (fromClients, isFirst) {
    case (true, true): unsafe settle(frame, tables)
    case (false, true): unsafe adopt(frame, tables)
    case (true, false): unsafe follow(request: frame, tables)
    case (false, false): unsafe follow(reply: frame, tables)
    }
  }

  /// From a client: as the session says, or without one as the choice says that the first had.
  @_noLocks
  private mutating func follow(request frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let claim = unsafe frame.pointee.claim
    let mbuf = unsafe frame.pointee.mbuf
    let place = unsafe findRequest(frame, tables)
    unsafe frame.pointee.place = place
    guard claim.isService else {
      if unsafe !counts(place, tables) && isInUse(directly: frame, tables) { return drop(mbuf, .portInUse) }
      return unsafe unmatched(mbuf, .direct, tables)
    }
    if claim.isByMAC, unsafe !isForVIP(frame, tables) { return drop(mbuf, .wrongMAC) }
    if unsafe counts(place, tables) && !isLost(sessions[place], frame, tables) {
      return unsafe deliverRest(frame, to: tables.pointee.backend(of: sessions[place]), tables)
    }
    let service = unsafe tables.pointee.service(claim.service)
    guard unsafe !service.pointee.isEmpty else {
      return unsafe refuseRest(mbuf, service.pointee.emptyAction, tables)
    }
    guard let choice = unsafe choice(for: frame, of: claim.service, keeps: false, tables) else { return }
    guard let backend = unsafe choiceBeside(frame, claim.service, choice, tables) else { return drop(mbuf, .portInUse) }
    unsafe deliverRest(frame, to: tables.pointee.backend(service.pointee.record(of: backend)), tables)
  }

  /// Whether there is a session at a place, not expired, and its backend not killed.
  @_noLocks
  mutating func counts(_ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    guard !place.isNone else { return false }
    let entry = sessions[place]
    return unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick) && !isKilled(entry, tables)
  }

  /// Where the first has been refused, the others are of no use to anybody.
  @_noLocks
  private mutating func refuseRest(_ mbuf: Mbuf, _ action: EmptyAction, _ tables: UnsafePointer<ForwardingTables>) {
    switch action {
    case .unclaimed: unsafe unmatched(mbuf, .noService, tables)
    case .pass: pass(mbuf, .noBackend)
    case .drop, .reject: drop(mbuf, .noBackend)
    }
  }

  @_noLocks
  private mutating func deliverRest(
    _ frame: UnsafeMutablePointer<Frame>, to backend: UnsafePointer<BackendRecord>,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    if unsafe frame.pointee.claim.isByMAC { return unsafe deliverByMAC(frame, to: backend) }
    unsafe Rewrite.destinationAddress(
      of: frame.pointee.data, frame.pointee.parsed, to: backend.pointee.address, delta: backend.pointee.addressDelta)
    if unsafe tables.pointee.rewritesSources { unsafe rewriteSourceOfRest(frame, tables) }
    unsafe backendTally.addRequest(backend.pointee.slot, bytes: frame.pointee.length)
    unsafe sendAcross(frame.pointee.mbuf, as: .forwarded)
  }

  /// From a server: as the session says, or without one as the stateless choice says.
  @_noLocks
  private mutating func follow(reply frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let place = unsafe findReply(frame, tables)
    let mbuf = unsafe frame.pointee.mbuf
    if !place.isNone, unsafe !tables.pointee.rules.hasExpired(sessions[place], at: clock.tick) {
      let entry = sessions[place]
      if entry.kind.isDirect { return unsafe passDirect(mbuf, to: entry.frontend, tables) }
      if unsafe isKilled(entry, tables) { return drop(mbuf, .sessionKilled) }
      return unsafe handBackRest(frame, entry.service, tables.pointee.backend(of: entry), to: entry.frontend, tables)
    }
    unsafe frame.pointee.place = place
    guard let member = unsafe statelessMember(frame, tables), unsafe isVacant(member.service, frame, tables) else {
      return unsafe unmatched(mbuf, .noSession, tables)
    }
    let record = unsafe tables.pointee.service(member.service).pointee.record(of: member.backend)
    guard let port = unsafe frontend(of: frame.pointee.parsed.destination) else { return drop(mbuf, .noFrontend) }
    unsafe handBackRest(frame, member.service, tables.pointee.backend(record), to: port, tables)
  }

  @_noLocks
  private mutating func handBackRest(
    _ frame: UnsafeMutablePointer<Frame>, _ service: ServiceIndex, _ backend: UnsafePointer<BackendRecord>,
    to port: PortIndex, _ tables: UnsafePointer<ForwardingTables>
  ) {
    unsafe Rewrite.sourceAddress(
      of: frame.pointee.data, frame.pointee.parsed, to: tables.pointee.service(service).pointee.vip,
      delta: backend.pointee.addressDelta.inverse)
    unsafe backendTally.addReply(backend.pointee.slot, bytes: frame.pointee.length)
    unsafe send(frame.pointee.mbuf, to: port, as: .forwarded)
  }
}
