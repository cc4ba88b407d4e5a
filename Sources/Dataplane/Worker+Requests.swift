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
    let count = unsafe classify(count, fromClients: true, tables)
    if count == 0 { return }
    if unsafe tables.pointee.isOnlyByMAC { return unsafe requestsByMAC(count, tables) }
    let found = find(count, .request)
    if unsafe tables.pointee.endpoints.isLarge { unsafe prefetchBackends(found.hits, tables) }
    unsafe forwardFound(found, .request, tables)
  }

  /// Forwards a list's frames as long as they are ordinary ones of active sessions of services that are translated. Nothing in
  /// the loop is called.
  @_noLocks @inline(__always)
  mutating func forwardActive(
    _ next: inout FrameList, _ end: FrameList, _ moment: Moment, _ tables: UnsafePointer<ForwardingTables>
  ) {
    if unsafe tables.pointee.rewritesSources { return }
    var run = unsafe across.pointee.begin(upTo: end - next, tally)
    while unsafe next != end {
      let frame = unsafe next.pointee
      let claim = unsafe frame.pointee.claim
      let place = unsafe frame.pointee.place
      let entry = sessions[place]
      let backend = unsafe tables.pointee.backend(of: entry, claim)
      guard claim.isTranslated, unsafe !backend.pointee.state.isKilled, unsafe noteActive(frame, place, entry, moment)
      else { break }
      unsafe rewrite(frame, to: backend)
      unsafe run.put(frame.pointee.mbuf)
      unsafe next += 1
    }
    unsafe across.pointee.end(run, as: .forwarded)
  }

  /// A frame of a known session: on its way. False: the session has expired or ended, or its backend was killed, or it is not
  /// this frame's, and the frame awaits a new decision.
  @_noLocks @inline(never)
  mutating func forward(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let entry = sessions[place]
    let claim = unsafe frame.pointee.claim
    if claim.isBackend {
      guard unsafe isDirect(entry, frame, tables), unsafe note(frame, place, fromClient: true, tables) else {
        return false
      }
      unsafe unmatched(frame.pointee.mbuf, .direct, tables)
      return true
    }
    if claim.isByMAC, unsafe !isByMAC(entry, frame, tables) { return false }
    let backend = unsafe tables.pointee.backend(of: entry, claim)
    guard unsafe !backend.pointee.isOut, unsafe note(frame, place, fromClient: true, tables) else { return false }
    if claim.isByMAC { unsafe deliverByMAC(frame, to: backend) } else { unsafe deliver(frame, to: backend, tables) }
    return true
  }

  /// Whether an entry is that of a frame's flow to a backend itself.
  @_noLocks
  private mutating func isDirect(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let member = unsafe tables.pointee.membership(frame.pointee.claim.membership)
    return unsafe SessionMatch.direct(from: frame.pointee.parsed.sourceEndpoint, to: member).matches(entry)
  }

  /// Sends a frame towards its backend, translated.
  @_noLocks @inline(__always)
  mutating func deliver(
    _ frame: UnsafeMutablePointer<Frame>, to backend: UnsafePointer<BackendRecord>,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    unsafe rewrite(frame, to: backend)
    if unsafe tables.pointee.rewritesSources { unsafe rewriteSource(frame, tables) }
    unsafe sendAcross(frame.pointee.mbuf, as: .forwarded)
  }

  /// Rewrites the destination, and counts the frame for its backend.
  @_noLocks @inline(__always)
  private mutating func rewrite(_ frame: UnsafeMutablePointer<Frame>, to backend: UnsafePointer<BackendRecord>) {
    unsafe Rewrite.destination(
      of: frame.pointee.data, frame.pointee.parsed, to: backend.pointee.address, port: backend.pointee.port,
      addressDelta: backend.pointee.addressDelta, endpointDelta: backend.pointee.endpointDelta)
    unsafe backendTally.addRequest(backend.pointee.slot, bytes: frame.pointee.length)
  }

  /// A frame that the hit path has left, which mostly is its client's first.
  @_noLocks
  mutating func decide(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    guard unsafe sessions.isStranger(client, in: frame.pointee.buckets) else { return unsafe settle(frame, tables) }
    unsafe open(frame, .stranger, tables)
  }

  /// A frame whose session is to be looked for: an earlier frame of its burst may have opened it, or moved it.
  @_noLocks
  mutating func settle(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let place = unsafe findRequest(frame, tables)
    if !place.isNone, unsafe forwardLate(frame, place, tables) { return }
    unsafe open(frame, place, tables)
  }

  /// A frame without a session that counts.
  ///
  /// - Parameter place: where an entry is that no longer counts, if there is one.
  @_noLocks
  private mutating func open(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let claim = unsafe frame.pointee.claim
    if claim.isByMAC, unsafe !isForVIP(frame, tables) { return unsafe drop(frame.pointee.mbuf, .wrongMAC) }
    unsafe frame.pointee.place = place
    if unsafe isReset(frame, tables) { return unsafe reset(frame, tables) }
    if claim.isTranslated { return unsafe open(frame, claim.service, tables) }
    if claim.isByMAC { return unsafe openByMAC(frame, tables) }
    unsafe openDirect(frame, tables.pointee.membership(claim.membership), tables)
  }

  /// A frame of a session that is known after all: of one whose beginning is observed, or opened in this very burst.
  @_noLocks @inline(never)
  private mutating func forwardLate(
    _ frame: UnsafeMutablePointer<Frame>, _ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let entry = sessions[place]
    guard entry.isAwaited else { return unsafe forward(frame, place, tables) }
    // Without its mark it is forwarded as any other.
    sessions[place] = entry.unwatched
    guard unsafe forward(frame, place, tables) else { return false }
    unsafe said(frame, of: entry, place, tables)
    return true
  }

  /// A new session: chooses a backend and remembers it.
  @_noLocks
  private mutating func open(
    _ frame: UnsafeMutablePointer<Frame>, _ index: ServiceIndex, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let service = unsafe tables.pointee.service(index)
    guard unsafe !service.pointee.isEmpty else { return unsafe refuse(frame, service.pointee.emptyAction, tables) }
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    let event = unsafe frame.pointee.parsed.event
    guard let choice = unsafe choice(for: frame, of: index, keeps: !event.isReset, tables) else { return }
    var backend = unsafe tables.pointee.backend(service.pointee.record(of: choice))
    // A reset ends what it belongs to; it is not worth an entry.
    if !event.isReset {
      let port = unsafe backend.pointee.serverPort(for: client.transport)
      let progress = unsafe tables.pointee.rules.progress(after: event, fromClient: true, from: service.pointee.start)
      let entry = SessionEntry(
        client: client, serverPort: port, service: index, backend: choice, frontend: arrival,
        kind: .flow, progress: progress, now: clock.tick)
      let storing = unsafe store(entry, frame, tables)
      if storing.isClash { return unsafe openElsewhere(frame, entry, tables) }
      if !storing.isStored, unsafe service.pointee.remembers {
        unsafe backend = unsafe statelessBackend(of: service, for: client, tables)
      }
      if storing.isStored, !event.isSyn, !event.isDatagram { tally.add(.adoptedRequests) }
    }
    unsafe deliver(frame, to: backend, tables)
  }

  /// The backend of a flow that is stored nowhere, whatever is remembered of its client: by the stateless choice alone
  /// replies without a session are recognized.
  @_noLocks
  mutating func statelessBackend(
    of service: UnsafePointer<ServiceRecord>, for client: Endpoint, _ tables: UnsafePointer<ForwardingTables>
  ) -> UnsafePointer<BackendRecord> {
    let choice = unsafe tables.pointee.choice(of: service, for: client)
    return unsafe tables.pointee.backend(service.pointee.record(of: choice))
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
      let entry = SessionEntry(
        client: parsed.sourceEndpoint, serverPort: parsed.destinationPort, service: member.service,
        backend: member.backend, frontend: arrival, kind: .direct, progress: progress, now: clock.tick)
      if unsafe store(entry, frame, tables).isClash { return unsafe refuseClash(frame) }
    }
    unsafe unmatched(frame.pointee.mbuf, .direct, tables)
  }

  /// What the service says of requests that no backend can take.
  @_noLocks
  mutating func refuse(
    _ frame: UnsafeMutablePointer<Frame>, _ action: EmptyAction, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    switch action {
    case .unclaimed: unsafe unmatched(mbuf, .noService, tables)
    case .pass: pass(mbuf, .noBackend)
    case .drop: drop(mbuf, .noBackend)
    case .reject:
      guard rejections.take() else { return drop(mbuf, .rejectRateLimited) }
      let length = unsafe Rejection.answer(
        frame.pointee.data, frame.pointee.parsed, contiguous: mbuf.contiguousLength, capacity: mbuf.capacity)
      guard length > 0 else { return drop(mbuf, .noBackend) }
      mbuf.setLength(length)
      send(mbuf, to: arrival, as: .answered)
    }
  }
}
