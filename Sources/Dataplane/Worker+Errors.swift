import Counters
import EAL
import Net
import Packet
import Tables

/// ICMP errors: matched by the packet that they quote, and translated outside and inside (RFC 5508). An error neither
/// makes a session nor keeps one alive, since anybody can send it.
///
/// An error travels against the packet that it is about, hence as the other direction's packets of the same flow do:
/// from the client's side as a request, from the server's as a reply. It is looked for as such a packet.
extension Worker {
  /// Settles what becomes of an error.
  @_noLocks
  mutating func error(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    switch unsafe QuoteParser.parse(
      frame.pointee.data, frame.pointee.parsed, contiguous: mbuf.contiguousLength)
    {
    case .none: unsafe unmatched(mbuf, .icmpError, tables)
    case .scattered: drop(mbuf, .headersNotContiguous)
    case .packet(let quoted):
      guard unsafe isAboutService(frame, quoted, fromClients: fromClients, tables) else {
        return unsafe unmatched(mbuf, .icmpError, tables)
      }
      let client = unsafe fromClients ? frame.pointee.parsed.sourceEndpoint : frame.pointee.parsed.destinationEndpoint
      guard unsafe workerCount == 1 || isOwn(client, frame) else { return }
      if unsafe frame.pointee.claim.isByMAC, unsafe !isForVIP(frame, tables) { return drop(mbuf, .wrongMAC) }
      unsafe frame.pointee.buckets = sessions.buckets(for: client)
      switch unsafe quotedFlow(frame, fromClients: fromClients, tables) {
      case .of(let service, let backend, let frontend):
        fromClients
          ? unsafe tellServer(frame, quoted, service, backend, tables)
          : unsafe tellClient(frame, quoted, service, backend, frontend, tables)
      case .killed: drop(mbuf, .sessionKilled)
      case .nobody: unsafe unmatched(mbuf, .icmpError, tables)
      }
    }
  }

  /// Whether the quoted packet may be one that passed here, and the error goes to whom sent it. If so the frame gets
  /// the ends of the flow's packets that travel as the error does, and the claim of the server's end.
  @_noLocks
  mutating func isAboutService(
    _ frame: UnsafeMutablePointer<Frame>, _ quoted: ParsedFrame, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    guard unsafe frame.pointee.parsed.destination.rawValue == quoted.source.rawValue else { return false }
    let server = fromClients ? quoted.sourceEndpoint : quoted.destinationEndpoint
    var claim = unsafe tables.pointee.endpoints.claim(of: server)
    if fromClients, claim.isNobody { claim = unsafe tables.pointee.endpoints.claimOfAnyPort(of: server) }
    guard fromClients ? claim.isService : claim.isBackend else { return false }
    unsafe frame.pointee.claim = claim
    unsafe frame.pointee.parsed.sourceEndpoint = quoted.destinationEndpoint
    unsafe frame.pointee.parsed.destinationEndpoint = quoted.sourceEndpoint
    unsafe frame.pointee.parsed.event = .datagram
    // A `dsr` service's echoes are all one session.
    if claim.isByMAC, !quoted.transport.hasPorts {
      unsafe frame.pointee.parsed.sourceEndpoint = Endpoint(quoted.destination, 0, .icmp)
    }
    return true
  }

  /// Whose the quoted packet is: that of a session, or what the stateless choice confirms (design decision D3), so that
  /// path-MTU discovery works for flows whose entry is missing.
  @_noLocks
  mutating func quotedFlow(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> QuotedFlow {
    let place = unsafe fromClients ? findRequest(frame, tables) : findReply(frame, tables)
    unsafe frame.pointee.place = place
    if !place.isNone, unsafe !tables.pointee.rules.hasExpired(sessions[place], at: clock.tick) {
      let entry = sessions[place]
      if entry.kind.isDirect { return .nobody }
      if unsafe isKilled(entry, tables) { return .killed }
      if unsafe isLost(entry, frame, tables) { return .nobody }
      return .of(entry.service, entry.backend, frontend: entry.frontend)
    }
    return unsafe fromClients ? quotedChoice(frame, tables) : quotedMember(frame, tables)
  }

  /// The flow of a reply without a session: it must have come from the client's choice.
  @_noLocks
  private mutating func quotedChoice(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> QuotedFlow {
    let index = unsafe frame.pointee.claim.service
    let service = unsafe tables.pointee.service(index)
    let isOwnEcho = unsafe service.pointee.echoAction.isItself && !frame.pointee.parsed.transport.hasPorts
    guard unsafe !service.pointee.isEmpty, !isOwnEcho else { return .nobody }
    let choice = unsafe tables.pointee.choice(of: service, for: frame.pointee.parsed.sourceEndpoint)
    return .of(index, choice, frontend: arrival)
  }

  /// The flow of a request without a session: it must have gone to the client's choice.
  @_noLocks
  private mutating func quotedMember(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> QuotedFlow {
    guard let member = unsafe statelessMember(frame, tables), unsafe isVacant(member.service, frame, tables),
      let frontend = unsafe frontend(of: frame.pointee.parsed.destination)
    else { return .nobody }
    return .of(member.service, member.backend, frontend: frontend)
  }

  /// An error about a reply, to the server that sent it. Where that answers clients itself (`dsr`) it gets the error as it
  /// is, since the reply was the VIP's.
  @_noLocks
  private mutating func tellServer(
    _ frame: UnsafeMutablePointer<Frame>, _ quoted: ParsedFrame, _ service: ServiceIndex, _ index: BackendIndex,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    let backend = unsafe tables.pointee.backend(tables.pointee.service(service).pointee.record(of: index))
    if unsafe frame.pointee.claim.isByMAC { return unsafe deliverByMAC(frame, to: backend) }
    unsafe Rewrite.errorDestination(
      of: frame.pointee.data, frame.pointee.parsed, quoting: quoted, to: backend.pointee.address,
      port: backend.pointee.port, addressDelta: backend.pointee.addressDelta,
      endpointDelta: backend.pointee.endpointDelta)
    if unsafe tables.pointee.rewritesSources { unsafe rewriteSource(ofError: frame, quoting: quoted, tables) }
    tally.add(.errorsTranslated)
    unsafe sendAcross(frame.pointee.mbuf, as: .forwarded)
  }

  /// An error about a request, to the client that sent it. Here the backend is known that could not be reached, or that
  /// a router before it could not reach.
  @_noLocks
  private mutating func tellClient(
    _ frame: UnsafeMutablePointer<Frame>, _ quoted: ParsedFrame, _ index: ServiceIndex, _ server: BackendIndex,
    _ frontend: PortIndex, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let service = unsafe tables.pointee.service(index)
    let backend = unsafe tables.pointee.backend(service.pointee.record(of: server))
    unsafe notReached(frame, backend, tables)
    unsafe Rewrite.errorSource(
      of: frame.pointee.data, frame.pointee.parsed, quoting: quoted, to: service.pointee.vip,
      port: service.pointee.port, addressDelta: backend.pointee.addressDelta.inverse,
      endpointDelta: backend.pointee.endpointDelta.inverse)
    tally.add(.errorsTranslated)
    unsafe send(frame.pointee.mbuf, to: frontend, as: .forwarded)
  }
}
