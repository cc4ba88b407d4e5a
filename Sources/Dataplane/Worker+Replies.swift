import Counters
import EAL
import Net
import Packet
import Tables

/// Frames from servers: replies of sessions, replies that the stateless choice confirms, or neither.
extension Worker {
  /// Processes the first `count` frames of the burst, stage by stage as `requests` does.
  @_noLocks
  mutating func replies(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) {
    if unsafe tables.pointee.rewritesSources { unsafe restoreDestinations(count, tables) }
    let count = unsafe classify(count, fromClients: false, tables)
    if count == 0 { return }
    let found = find(count, .reply)
    if unsafe tables.pointee.endpoints.isLarge { unsafe prefetchBackends(found.hits, tables) }
    unsafe forwardFound(found, .reply, tables)
  }

  /// Forwards a list's frames as long as they are ordinary ones of active sessions, to clients behind the same port. Nothing in
  /// the loop is called.
  @_noLocks @inline(__always)
  mutating func replyActive(
    _ next: inout FrameList, _ end: FrameList, _ moment: Moment, _ tables: UnsafePointer<ForwardingTables>
  ) {
    if unsafe next == end { return }
    let port = unsafe sessions[next.pointee.pointee.place].frontend
    let queue = unsafe transmitQueues + Int(port.rawValue)
    var run = unsafe queue.pointee.begin(upTo: end - next, tally)
    while unsafe next != end {
      let frame = unsafe next.pointee
      let place = unsafe frame.pointee.place
      let entry = sessions[place]
      let service = unsafe tables.pointee.service(entry.service)
      let backend = unsafe tables.pointee.backend(service.pointee.record(of: entry.backend))
      guard unsafe frame.pointee.claim.isOneBackend || isFrom(backend, frame), unsafe !backend.pointee.state.isKilled,
        entry.frontend.rawValue == port.rawValue, unsafe noteActive(frame, place, entry, moment)
      else { break }
      unsafe rewrite(frame, service, backend)
      unsafe run.put(frame.pointee.mbuf)
      unsafe next += 1
    }
    unsafe queue.pointee.end(run, as: .forwarded)
  }

  /// A reply of a known session: translated back and on its way. False: the session has expired, is that of
  /// another backend, or its backend was killed.
  @_noLocks @inline(never)
  mutating func reply(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let entry = sessions[place]
    let service = unsafe tables.pointee.service(entry.service)
    let backend = unsafe tables.pointee.backend(service.pointee.record(of: entry.backend))
    guard unsafe frame.pointee.claim.isOneBackend || isFrom(backend, frame) else { return false }
    guard unsafe !backend.pointee.state.isKilled || entry.kind.isDirect else { return false }
    guard unsafe note(frame, place, fromClient: false, tables) else { return false }
    if entry.kind.isDirect {
      unsafe passDirect(frame.pointee.mbuf, to: entry.frontend, tables)
    } else {
      unsafe handBack(frame, service, backend, to: entry.frontend)
    }
    return true
  }

  /// Whether a frame comes from a backend's address: asked where one endpoint is the backend of several services.
  @_noLocks @inline(__always)
  private mutating func isFrom(
    _ backend: UnsafePointer<BackendRecord>, _ frame: UnsafeMutablePointer<Frame>
  ) -> Bool {
    unsafe backend.pointee.address.rawValue == frame.pointee.parsed.source.rawValue
  }

  /// Rewrites the source to the VIP and sends the frame towards its client.
  @_noLocks
  mutating func handBack(
    _ frame: UnsafeMutablePointer<Frame>, _ service: UnsafePointer<ServiceRecord>,
    _ backend: UnsafePointer<BackendRecord>, to port: PortIndex
  ) {
    unsafe rewrite(frame, service, backend)
    unsafe send(frame.pointee.mbuf, to: port, as: .forwarded)
  }

  /// Rewrites the source to the VIP, and counts the frame for its backend.
  @_noLocks @inline(__always)
  private mutating func rewrite(
    _ frame: UnsafeMutablePointer<Frame>, _ service: UnsafePointer<ServiceRecord>,
    _ backend: UnsafePointer<BackendRecord>
  ) {
    unsafe Rewrite.source(
      of: frame.pointee.data, frame.pointee.parsed, to: service.pointee.vip, port: service.pointee.port,
      addressDelta: backend.pointee.addressDelta.inverse, endpointDelta: backend.pointee.endpointDelta.inverse)
    unsafe backendTally.addReply(backend.pointee.slot, bytes: frame.pointee.length)
  }

  /// A reply without a session that counts. If the stateless choice for its client is this very backend,
  /// it is taken for what it then must be, the reply of a flow whose entry is missing: translated, and the
  /// flow adopted (design decision D3, behaviour 49). Else it crosses unchanged (behaviour 42).
  @_noLocks
  mutating func adopt(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    // An earlier frame of this burst may have brought the session, or moved it.
    let place = unsafe findReply(frame, tables)
    if !place.isNone {
      if sessions[place].isAwaited { unsafe heard(frame, place, tables) }
      if unsafe reply(frame, place, tables) { return }
      if unsafe isOfKilled(place, tables) { return unsafe end(frame, place, tables) }
    }
    // An answer to the kernel is nobody's reply, whatever the choice would say.
    if twinCount != 0, unsafe goesToTwin(frame.pointee.mbuf) { return }
    unsafe frame.pointee.place = place
    let parsed = unsafe frame.pointee.parsed
    guard let member = unsafe statelessMember(frame, tables), unsafe isVacant(member.service, frame, tables) else {
      return unsafe unmatched(frame.pointee.mbuf, .noSession, tables)
    }
    guard let port = frontend(of: parsed.destination) else { return unsafe drop(frame.pointee.mbuf, .noFrontend) }
    let service = unsafe tables.pointee.service(member.service)
    if !parsed.event.isReset {
      let progress = unsafe tables.pointee.rules.progress(
        after: parsed.event, fromClient: false, from: SessionProgress(phase: .opening))
      let entry = SessionEntry(
        client: parsed.destinationEndpoint, serverPort: parsed.sourcePort, service: member.service,
        backend: member.backend, frontend: port, kind: .flow, progress: progress, now: clock.tick)
      unsafe forgetExpired(member.service, frame, tables)
      if unsafe store(entry, frame, tables).isStored { tally.add(.adoptedReplies) }
    }
    let backend = unsafe tables.pointee.backend(service.pointee.record(of: member.backend))
    unsafe handBack(frame, service, backend, to: port)
  }

  /// Frees what has expired of the flow where the new session takes another's place: one flow has one entry.
  @_noLocks
  private mutating func forgetExpired(
    _ service: ServiceIndex, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let match = unsafe SessionMatch.request(
      from: frame.pointee.parsed.destinationEndpoint, to: service, kind: .flow)
    let known = unsafe find(match, frame)
    guard !known.isNone, unsafe known.rawValue != frame.pointee.place.rawValue else { return }
    unsafe ended(sessions[known], tables, as: ending(of: sessions[known], tables))
    sessions[known] = .free
  }

  /// The service, among those that the reply's source serves, whose stateless choice for the client is
  /// this backend.
  @_noLocks
  mutating func statelessMember(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Membership? {
    // A server's own SYN answers nothing: it opens a connection of its own.
    if unsafe frame.pointee.parsed.event.opensConnection { return nil }
    let client = unsafe frame.pointee.parsed.destinationEndpoint
    var index = unsafe frame.pointee.claim.membership
    while true {
      let member = unsafe tables.pointee.membership(index)
      let service = unsafe tables.pointee.service(member.service)
      if unsafe !service.pointee.isEmpty,
        unsafe tables.pointee.choice(of: service, for: client).rawValue == member.backend.rawValue
      {
        return member
      }
      if member.isLast { return nil }
      index = MembershipIndex(index.rawValue &+ 1)
    }
  }

  /// Whether the client has no flow of that service with another backend: such a flow keeps its backend, whatever
  /// the stateless choice now is, and what this one sends is none of its replies. Where the flow's entry has
  /// expired it is the place for the new one.
  @_noLocks
  mutating func isVacant(
    _ service: ServiceIndex, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let match = unsafe SessionMatch.request(
      from: frame.pointee.parsed.destinationEndpoint, to: service, kind: .flow)
    let known = unsafe find(match, frame)
    guard !known.isNone else { return true }
    if unsafe frame.pointee.place.isNone { unsafe frame.pointee.place = known }
    return unsafe tables.pointee.rules.hasExpired(sessions[known], at: clock.tick)
  }
}
