import Counters
import EAL
import Net
import Packet
import Tables

/// Frames from clients: to a service, to a backend itself, or to neither.
extension Worker {
  /// Processes the first `count` frames of the burst, stage by stage, so that each stage finds in the
  /// cache what the one before asked for.
  @_noLocks
  mutating func requests(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) {
    let parsed = unsafe parse(count, fromClients: true, tables)
    let classified = unsafe classifyRequests(parsed, tables)
    let found = unsafe find(classified, fromClients: true, tables)
    var misses = found.misses
    for position in 0..<found.hits {
      let hit = unsafe burst.hits[position]
      if unsafe forward(burst.frames + Int(hit), tables) { continue }
      // The session no longer counts: a new decision, after those hits whose places an insert could move.
      unsafe burst.misses[misses] = hit
      misses &+= 1
    }
    for position in 0..<misses {
      // Positions in `misses` are those of frames in the burst.
      let frame = unsafe burst.frames + Int(burst.misses[position])
      unsafe open(frame, tables)
    }
  }

  /// Whose endpoint is asked for, and who owns the flow. Frames that leave here are gone from the burst.
  @_noLocks @inline(__always)
  private mutating func classifyRequests(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) -> Int {
    var kept = 0
    for position in 0..<count {
      let frame = unsafe burst.frames + position
      let role = unsafe tables.pointee.endpoints.role(of: frame.pointee.parsed.destinationEndpoint)
      let client = unsafe frame.pointee.parsed.sourceEndpoint
      let match: SessionMatch
      switch role {
      case .service(let service): match = .request(from: client, to: service, kind: .flow)
      case .backend(let members): match = unsafe .direct(from: client, to: tables.pointee.membership(members))
      case .nobody:
        unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .noService, tables)
        continue
      }
      guard unsafe isOwn(client, frame) else { continue }
      unsafe keep(frame, at: kept, client: client, role: role, match: match)
      kept &+= 1
    }
    return kept
  }

  /// A frame of a known session: translated and on its way. False: the session has expired or ended, or its
  /// backend was killed, and the frame awaits a new decision.
  @_noLocks @inline(__always)
  private mutating func forward(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) -> Bool
  {
    let place = unsafe frame.pointee.place
    let entry = sessions[place]
    let event = unsafe frame.pointee.parsed.event
    let isOver = unsafe tables.pointee.rules.hasExpired(entry, at: clock.tick)
    let isReused = event.opensConnection && entry.progress.phase.isClosing
    guard !isOver, !isReused else { return false }
    let progress = unsafe tables.pointee.rules.progress(after: event, fromClient: true, from: entry.progress)
    guard case .service = unsafe frame.pointee.role else {
      sessions[place] = entry.touched(progress, at: clock.tick)
      unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .direct, tables)
      return true
    }
    let backend = unsafe tables.pointee.backend(of: entry)
    guard unsafe !backend.pointee.state.isKilled else { return false }
    sessions[place] = entry.touched(progress, at: clock.tick)
    unsafe deliver(frame, to: backend)
    return true
  }

  /// Rewrites the destination and sends the frame towards its backend.
  @_noLocks @inline(__always)
  private mutating func deliver(_ frame: UnsafeMutablePointer<Frame>, to backend: UnsafePointer<BackendRecord>) {
    unsafe Rewrite.destination(
      of: frame.pointee.mbuf.data, frame.pointee.parsed, to: backend.pointee.address, port: backend.pointee.port,
      addressDelta: backend.pointee.addressDelta, endpointDelta: backend.pointee.endpointDelta)
    unsafe backendTally.addRequest(backend.pointee.slot, bytes: frame.pointee.length)
    unsafe send(frame.pointee.mbuf, to: ports[Int(frame.pointee.arrival.rawValue)].peer, as: .forwarded)
  }

  /// A frame without a session that counts.
  @_noLocks
  private mutating func open(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    // An earlier frame of this burst may have opened the session, or moved it.
    unsafe frame.pointee.place = findRequest(frame)
    if unsafe !frame.pointee.place.isNone, unsafe forward(frame, tables) { return }
    if unsafe isReset(frame, tables) { return unsafe reset(frame, tables) }
    switch unsafe frame.pointee.role {
    case .service(let service): unsafe open(frame, service, tables)
    case .backend(let members): unsafe openDirect(frame, tables.pointee.membership(members), tables)
    case .nobody: break  // has left in classification
    }
  }

  /// A new session: chooses a backend and remembers it.
  @_noLocks
  private mutating func open(
    _ frame: UnsafeMutablePointer<Frame>, _ index: ServiceIndex, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let service = unsafe tables.pointee.service(index)
    guard unsafe !service.pointee.isEmpty else { return unsafe refuse(frame, service.pointee.emptyAction, tables) }
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    let choice = unsafe tables.pointee.choice(of: service, for: client)
    let backend = unsafe tables.pointee.backend(service.pointee.record(of: choice))
    let event = unsafe frame.pointee.parsed.event
    // A reset ends what it belongs to; it is not worth an entry.
    if !event.isReset {
      let port = unsafe backend.pointee.serverPort(for: client.transport)
      let progress = unsafe tables.pointee.rules.progress(
        after: event, fromClient: true, from: SessionProgress(phase: .opening))
      let entry = unsafe SessionEntry(
        client: client, serverPort: port, service: index, backend: choice, frontend: frame.pointee.arrival,
        kind: .flow, progress: progress, now: clock.tick)
      unsafe store(entry, frame, tables)
      if !event.isSyn, !event.isDatagram { tally.add(.adoptedRequests) }
    }
    unsafe deliver(frame, to: backend)
  }

  /// A client that talks to a backend itself is remembered, so that the stateless test does not take the
  /// backend's replies for a service's (design decision D3).
  @_noLocks
  private mutating func openDirect(
    _ frame: UnsafeMutablePointer<Frame>, _ member: Membership, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let record = unsafe tables.pointee.service(member.service).pointee.record(of: member.backend)
    if unsafe !tables.pointee.dropsUnmatched, unsafe !frame.pointee.parsed.event.isReset,
      unsafe tables.pointee.backend(record).pointee.state.isConfigured
    {
      let parsed = unsafe frame.pointee.parsed
      let progress = unsafe tables.pointee.rules.progress(
        after: parsed.event, fromClient: true, from: SessionProgress(phase: .opening))
      let entry = unsafe SessionEntry(
        client: parsed.sourceEndpoint, serverPort: parsed.destinationPort, service: member.service,
        backend: member.backend, frontend: frame.pointee.arrival, kind: .direct, progress: progress, now: clock.tick)
      unsafe store(entry, frame, tables)
    }
    unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .direct, tables)
  }

  /// What the service says of requests that no backend can take.
  @_noLocks
  private mutating func refuse(
    _ frame: UnsafeMutablePointer<Frame>, _ action: EmptyAction, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    switch action {
    case .unclaimed: unsafe unmatched(mbuf, from: frame.pointee.arrival, .noService, tables)
    case .pass: unsafe pass(mbuf, from: frame.pointee.arrival, .noBackend)
    case .drop: drop(mbuf, .noBackend)
    case .reject:
      guard rejections.take() else { return drop(mbuf, .rejectRateLimited) }
      let length = unsafe Rejection.answer(
        mbuf.data, frame.pointee.parsed, contiguous: mbuf.contiguousLength, capacity: mbuf.capacity)
      guard length > 0 else { return drop(mbuf, .noBackend) }
      mbuf.setLength(length)
      unsafe send(mbuf, to: frame.pointee.arrival, as: .answered)
    }
  }
}
