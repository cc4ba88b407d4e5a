import EAL
import Net
import Packet
import Tables

/// The parts that explanations are put together from.
extension Worker {
  @_noLocks
  mutating func verdict(
    _ verdict: Explanation.Verdict, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    unsafe Explanation(generation: tables.pointee.generation, owner: index, verdict: verdict)
  }

  /// If another worker decides: that.
  @_noLocks
  mutating func otherOwner(of client: Endpoint, _ tables: UnsafePointer<ForwardingTables>) -> Explanation? {
    let owner = owner.owner(of: client)
    if owner.rawValue == index.rawValue { return nil }
    return unsafe Explanation(generation: tables.pointee.generation, owner: owner, verdict: .handedOver)
  }

  /// What classification notes of a frame.
  @_noLocks
  mutating func note(
    _ frame: UnsafeMutablePointer<Frame>, _ client: Endpoint, _ claim: EndpointClaim
  ) {
    unsafe frame.pointee.claim = claim
    unsafe frame.pointee.buckets = sessions.buckets(for: client)
  }

  /// The session at the frame's place, if there is one.
  @_noLocks
  mutating func session(
    of frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation.Session? {
    let place = unsafe frame.pointee.place
    guard !place.isNone else { return nil }
    let entry = sessions[place]
    let standing: Explanation.Standing
    if unsafe tables.pointee.rules.hasExpired(entry, at: clock.tick) {
      standing = .expired
    } else if unsafe ports[Int(arrival.rawValue)].side.isFrontend,
      unsafe frame.pointee.parsed.event.opensConnection,
      entry.progress.phase.isClosing
    {
      standing = .reopened
    } else {
      standing = unsafe isKilled(entry, tables) ? .killed : isLost(entry, frame, tables) ? .lost : .alive
    }
    return Explanation.Session(entry, standing, at: place, now: clock.tick)
  }

  /// Whether an entry would find a place: that of the flow's own which no longer counts, of a twin that would
  /// have to go, or any; none during a flood.
  @_noLocks
  mutating func hasRoom(
    for entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    if unsafe !frame.pointee.place.isNone { return true }
    if flood.isOn, unsafe isLeftOut(entry, tables) { return false }
    let buckets = unsafe frame.pointee.buckets
    if unsafe hasTwin(of: entry, in: buckets.first, isOver: true, except: .none, tables)
      || hasTwin(of: entry, in: buckets.second, isOver: true, except: .none, tables)
    {
      return true
    }
    return unsafe sessions.hasRoom(in: buckets, rules: tables.pointee.rules, now: clock.tick, isCrowded: isCrowded)
  }

  /// Across unchanged, unless it is for a kernel twin, or the instance drops what no service claims.
  @_noLocks
  mutating func unmatched(
    _ frame: UnsafeMutablePointer<Frame>, _ reason: PassReason, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    unsafe unmatched(verdict(.passed(reason), tables), frame, reason, tables)
  }

  @_noLocks
  mutating func unmatched(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ reason: PassReason,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    if unsafe hasTwin(frame) { return unsafe verdict(.toKernel, tables) }
    guard unsafe tables.pointee.dropsUnmatched else { return unsafe passed(explanation, frame, reason) }
    var explanation = explanation
    explanation.verdict = unsafe .dropped(unmatchedReason(tables))
    return explanation
  }

  @_noLocks
  mutating func passed(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ reason: PassReason
  ) -> Explanation {
    var explanation = explanation
    explanation.verdict = .passed(reason)
    if unsafe crossing == nil || ports[Int(arrival.rawValue)].side.isFrontend {
      explanation.exit = unsafe ports[Int(arrival.rawValue)].peer
      return explanation
    }
    guard let client = unsafe FrameParser.receiver(frame.pointee.data, contiguous: Int(frame.pointee.length)) else {
      explanation.isFlooded = true
      return explanation
    }
    explanation.exit = frontend(of: client)
    if case .none = explanation.exit { explanation.verdict = .dropped(.noFrontend) }
    return explanation
  }

  /// The same for what a server sends to a client that talks to it itself: by the port that the client came in by.
  @_noLocks
  mutating func direct(_ explanation: Explanation, from port: PortIndex) -> Explanation {
    guard unsafe crossing != nil else { return explanation }
    var explanation = explanation
    switch explanation.verdict {
    case .passed, .dropped(.noFrontend):
      explanation.verdict = .passed(.direct)
      explanation.exit = port
      explanation.isFlooded = false
    default: break
    }
    return explanation
  }

  /// An answer, if this is a frame that may be answered. Writes it, over the frame.
  @_noLocks
  mutating func refused(
    _ explanation: Explanation, _ verdict: Explanation.Verdict, _ otherwise: DropReason,
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer
  ) -> Explanation {
    var explanation = explanation
    let length = unsafe Rejection.answer(
      data, frame.pointee.parsed, contiguous: Int(frame.pointee.length), capacity: mailbox.frameCapacity)
    explanation.verdict = length > 0 ? verdict : .dropped(otherwise)
    if length > 0 { explanation.exit = arrival }
    return explanation
  }

  /// To a backend.
  @_noLocks
  mutating func forwarded(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, to index: BackendIndex,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    guard let service = explanation.service else { return explanation }
    var explanation = explanation
    let backend = unsafe tables.pointee.backend(tables.pointee.service(service).pointee.record(of: index))
    let destination = unsafe frame.pointee.parsed.destinationEndpoint
    explanation.backend = index
    explanation.exit = unsafe ports[Int(arrival.rawValue)].peer
    guard unsafe !frame.pointee.claim.isByMAC else {
      explanation.station = unsafe backend.pointee.mac
      return explanation
    }
    explanation.rewrite = unsafe Explanation.Rewrite(
      from: destination,
      to: Endpoint(
        backend.pointee.address, backend.pointee.serverPort(for: destination.transport), destination.transport))
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    if let pair = unsafe tables.pointee.sourceRewrites.pair(from: client.address) {
      explanation.clientRewrite = Explanation.Rewrite(
        from: client, to: Endpoint(pair.rewritten(client.address), client.port, client.transport))
    }
    return explanation
  }

  /// Back to a client.
  @_noLocks
  mutating func returned(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, to port: PortIndex,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    guard let index = explanation.service else { return explanation }
    var explanation = explanation
    let service = unsafe tables.pointee.service(index)
    let source = unsafe frame.pointee.parsed.sourceEndpoint
    explanation.rewrite = unsafe Explanation.Rewrite(
      from: source,
      to: Endpoint(service.pointee.vip, source.transport.hasPorts ? service.pointee.port : 0, source.transport))
    explanation.exit = port
    return explanation
  }
}
