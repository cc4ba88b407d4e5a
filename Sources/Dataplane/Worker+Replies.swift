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
    let parsed = unsafe parse(count, fromClients: false, tables)
    let classified = unsafe classifyReplies(parsed, tables)
    let found = unsafe find(classified, fromClients: false, tables)
    var misses = found.misses
    for position in 0..<found.hits {
      let hit = unsafe burst.hits[position]
      if unsafe reply(burst.frames + Int(hit), tables) { continue }
      unsafe burst.misses[misses] = hit
      misses &+= 1
    }
    for position in 0..<misses {
      let frame = unsafe burst.frames + Int(burst.misses[position])
      unsafe adopt(frame, tables)
    }
  }

  /// Whose endpoint it comes from, and who owns the flow. Frames that leave here are gone from the burst.
  @_noLocks @inline(__always)
  private mutating func classifyReplies(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) -> Int {
    var kept = 0
    for position in 0..<count {
      let frame = unsafe burst.frames + position
      let role = unsafe tables.pointee.endpoints.role(of: frame.pointee.parsed.sourceEndpoint)
      let client = unsafe frame.pointee.parsed.destinationEndpoint
      guard case .backend = role else {
        unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .noService, tables)
        continue
      }
      guard unsafe isOwn(client, frame) else { continue }
      let match = unsafe SessionMatch.reply(to: client, fromPort: frame.pointee.parsed.sourcePort)
      unsafe keep(frame, at: kept, client: client, role: role, match: match)
      kept &+= 1
    }
    return kept
  }

  /// A reply of a known session: translated back and on its way. False: the session has expired.
  @_noLocks @inline(__always)
  private mutating func reply(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    let place = unsafe frame.pointee.place
    let entry = sessions[place]
    guard unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick) else { return false }
    let progress = unsafe tables.pointee.rules.progress(
      after: frame.pointee.parsed.event, fromClient: false, from: entry.progress)
    guard !entry.kind.isDirect else {
      sessions[place] = entry.touched(progress, at: clock.tick)
      unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .direct, tables)
      return true
    }
    guard unsafe !tables.pointee.backend(of: entry).pointee.state.isKilled else {
      unsafe drop(frame.pointee.mbuf, .sessionKilled)
      return true
    }
    sessions[place] = entry.touched(progress, at: clock.tick)
    unsafe handBack(frame, entry.service, entry.backend, to: entry.frontend, tables)
    return true
  }

  /// Rewrites the source to the VIP and sends the frame towards its client.
  @_noLocks @inline(__always)
  private mutating func handBack(
    _ frame: UnsafeMutablePointer<Frame>, _ index: ServiceIndex, _ backend: BackendIndex, to port: PortIndex,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    let service = unsafe tables.pointee.service(index)
    let record = unsafe tables.pointee.backend(service.pointee.record(of: backend))
    unsafe Rewrite.source(
      of: frame.pointee.mbuf.data, frame.pointee.parsed, to: service.pointee.vip, port: service.pointee.port,
      addressDelta: record.pointee.addressDelta.inverse, endpointDelta: record.pointee.endpointDelta.inverse)
    unsafe backendTally.addReply(record.pointee.slot, bytes: frame.pointee.length)
    unsafe send(frame.pointee.mbuf, to: port, as: .forwarded)
  }

  /// A reply without a session that counts. If the stateless choice for its client is this very backend,
  /// it is taken for what it then must be, the reply of a flow whose entry is missing: translated, and the
  /// flow adopted (design decision D3, behaviour 49). Else it crosses unchanged (behaviour 42).
  @_noLocks
  private mutating func adopt(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    // An earlier frame of this burst may have brought the session, or moved it.
    unsafe frame.pointee.place = findReply(frame, tables)
    if unsafe !frame.pointee.place.isNone, unsafe reply(frame, tables) { return }
    let parsed = unsafe frame.pointee.parsed
    guard let member = unsafe statelessMember(frame, tables), unsafe isVacant(member.service, frame, tables) else {
      return unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .noSession, tables)
    }
    let port = unsafe ports[Int(frame.pointee.arrival.rawValue)].peer
    if !parsed.event.isReset {
      let progress = unsafe tables.pointee.rules.progress(
        after: parsed.event, fromClient: false, from: SessionProgress(phase: .opening))
      let entry = SessionEntry(
        client: parsed.destinationEndpoint, serverPort: parsed.sourcePort, service: member.service,
        backend: member.backend, frontend: port, kind: .flow, progress: progress, now: clock.tick)
      if unsafe store(entry, frame, tables) { tally.add(.adoptedReplies) }
    }
    unsafe handBack(frame, member.service, member.backend, to: port, tables)
  }

  /// The service, among those that the reply's source serves, whose stateless choice for the client is
  /// this backend.
  @_noLocks
  mutating func statelessMember(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Membership? {
    guard case .backend(let first) = unsafe frame.pointee.role else { return nil }
    // A server's own SYN answers nothing: it opens a connection of its own.
    if unsafe frame.pointee.parsed.event.opensConnection { return nil }
    let client = unsafe frame.pointee.parsed.destinationEndpoint
    var index = first
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
    unsafe frame.pointee.match = .request(from: frame.pointee.parsed.destinationEndpoint, to: service, kind: .flow)
    let known = unsafe findRequest(frame)
    guard !known.isNone else { return true }
    if unsafe frame.pointee.place.isNone { unsafe frame.pointee.place = known }
    return unsafe tables.pointee.rules.hasExpired(sessions[known], at: clock.tick)
  }
}
