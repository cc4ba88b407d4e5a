import EAL
import Net
import Packet
import Tables

/// What would become of a frame. Asks the same questions as the path in the same order, and does nothing:
/// no counter, no entry, no tick.
extension Worker {
  /// - Parameters:
  ///   - data: the frame, with room behind it; may be written over.
  ///   - length: its bytes.
  ///   - arrival: a port of the list.
  ///   - mark: what another worker has found out about it.
  @_noLocks
  mutating func explain(
    _ data: UnsafeMutableRawPointer, length: UInt32, from arrival: PortIndex, _ mark: FrameMark,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    // Between bursts the first frame's place is free.
    let frame = unsafe burst.frames
    self.arrival = arrival
    unsafe frame.pointee.data = unsafe data
    unsafe frame.pointee.length = length
    unsafe frame.pointee.place = .none
    if unsafe ports[Int(arrival.rawValue)].side.isKernel,
      let told = unsafe explainFromKernel(data, length, tables)
    {
      return told
    }
    let fromClients = unsafe ports[Int(arrival.rawValue)].side.isFrontend
    let seen = unsafe fromClients ? nil : seenClient(frame, length, tables)
    var explanation = unsafe explain(frame, data, length, mark, fromClients: fromClients, tables)
    if let seen {
      explanation.clientRewrite = unsafe Explanation.Rewrite(from: seen, to: frame.pointee.parsed.destinationEndpoint)
    }
    return explanation
  }

  /// The address under which servers see the client of a reply, if it is another than its own; the frame is then for the
  /// client.
  @_noLocks
  private mutating func seenClient(
    _ frame: UnsafeMutablePointer<Frame>, _ length: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    guard unsafe tables.pointee.rewritesSources else { return nil }
    let outcome = unsafe outcome(frame, frame.pointee.data, length)
    return unsafe restoreDestination(frame, outcome, contiguous: Int(length), tables)
  }

  @_noLocks
  private mutating func explain(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ length: UInt32, _ mark: FrameMark,
    fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    var isRest = false
    switch unsafe outcome(frame, data, length) {
    case .ports: break
    case .echoRequest where fromClients:
      if let settled = unsafe explainEcho(frame, data, tables) { return settled }
      if unsafe tables.pointee.hasByMAC { unsafe ignoreIdentifier(frame, tables) }
    case .echoReply where !fromClients: break
    case .echoRequest, .echoReply: return unsafe unmatched(frame, .otherICMP, tables)
    case .other(.icmpError): return unsafe explainError(frame, data, fromClients: fromClients, tables)
    case .other(.fragment):
      let end = unsafe explainFragment(frame, data, mark, fromClients: fromClients, tables)
      if let end { return end }
      isRest = unsafe !FrameParser.fragment(data, frame.pointee.parsed).isFirst
    case .other(let reason): return unsafe unmatched(frame, reason, tables)
    case .malformed(let reason): return unsafe verdict(.dropped(reason), tables)
    }
    return unsafe explainFlow(frame, data, mark, isRest: isRest, fromClients: fromClients, tables)
  }

  // MARK: Requests

  @_noLocks
  mutating func explainRequest(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ mark: FrameMark,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    let destination = unsafe frame.pointee.parsed.destinationEndpoint
    var claim = unsafe tables.pointee.endpoints.claim(of: destination)
    if claim.isNobody, unsafe tables.pointee.hasAnyPort {
      claim = unsafe tables.pointee.endpoints.claimOfAnyPort(of: destination)
    }
    guard !claim.isNobody else { return unsafe unmatched(frame, .noService, tables) }
    if let other = unsafe otherOwner(of: client, tables) { return other }
    unsafe note(frame, client, claim)
    unsafe frame.pointee.place = findRequest(frame, tables)
    let found = unsafe session(of: frame, tables)
    if claim.isService { return unsafe explainRequest(frame, data, mark, to: claim.service, found, tables) }
    return unsafe explainDirect(frame, data, tables.pointee.membership(claim.membership), found, tables)
  }

  @_noLocks
  private mutating func explainRequest(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ mark: FrameMark,
    to index: ServiceIndex, _ found: Explanation.Session?, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    let service = unsafe tables.pointee.service(index)
    var explanation = unsafe verdict(.forwarded, tables)
    explanation.service = index
    if unsafe frame.pointee.claim.isByMAC, unsafe !isForVIP(frame, tables) {
      explanation.verdict = .dropped(.wrongMAC)
      return explanation
    }
    explanation.session = found
    if let found, case .alive = found.standing {
      return unsafe forwarded(explanation, frame, to: found.backend, tables)
    }
    if unsafe isReset(frame, tables) { return unsafe refused(explanation, .reset, .sessionKilled, frame, data) }
    guard unsafe !service.pointee.isEmpty else {
      return unsafe explainRefusal(explanation, frame, data, service.pointee.emptyAction, tables)
    }
    guard let choice = unsafe explainChoice(frame, of: index, mark, tables) else {
      return unsafe asking(frame.pointee.parsed.sourceEndpoint, tables)
    }
    explanation.choice = choice
    return unsafe explainOpening(explanation, frame, data, choice, of: index, tables)
  }

  /// A new session with the choice, or what is in its way.
  @_noLocks
  private mutating func explainOpening(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer,
    _ choice: Explanation.Choice, of index: ServiceIndex, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    var explanation = explanation
    let backend = unsafe tables.pointee.backend(tables.pointee.service(index).pointee.record(of: choice.backend))
    let parsed = unsafe frame.pointee.parsed
    let entry = unsafe SessionEntry(
      client: parsed.sourceEndpoint, serverPort: serverPort(of: frame, backend), service: index,
      backend: choice.backend, frontend: arrival, kind: .flow, progress: SessionProgress(phase: .opening),
      now: clock.tick)
    guard !parsed.event.isReset else { return unsafe forwarded(explanation, frame, to: choice.backend, tables) }
    if unsafe isInUse(entry, frame, tables) { return unsafe explainClash(explanation, frame, data, entry, tables) }
    explanation.makesSession = unsafe hasRoom(for: entry, frame, tables)
    let settled = unsafe settled(entry, frame, tables)
    if settled.rawValue != choice.backend.rawValue {
      explanation.choice?.backend = settled
      explanation.choice?.isRemembered = false
    }
    return unsafe forwarded(explanation, frame, to: settled, tables)
  }

  /// What the service says of requests that no backend can take.
  @_noLocks
  mutating func explainRefusal(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer,
    _ action: EmptyAction, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    var explanation = explanation
    switch action {
    case .pass: return unsafe passed(explanation, frame, .noBackend)
    case .drop: explanation.verdict = .dropped(.noBackend)
    case .reject where rejections.isSpent: explanation.verdict = .dropped(.rejectRateLimited)
    case .reject: return unsafe refused(explanation, .refused, .noBackend, frame, data)
    case .unclaimed: return unsafe unmatched(explanation, frame, .noService, tables)
    }
    return explanation
  }

  /// A client that talks to a backend itself.
  @_noLocks
  private mutating func explainDirect(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ member: Membership,
    _ found: Explanation.Session?, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    var explanation = unsafe verdict(.forwarded, tables)
    explanation.service = member.service
    explanation.backend = member.backend
    explanation.session = found
    let parsed = unsafe frame.pointee.parsed
    let record = unsafe tables.pointee.service(member.service).pointee.record(of: member.backend)
    var isAlive = false
    if let found, case .alive = found.standing { isAlive = true }
    if !isAlive, unsafe !tables.pointee.dropsUnmatched, !parsed.event.isReset,
      unsafe tables.pointee.backend(record).pointee.state.isConfigured
    {
      let entry = SessionEntry(
        client: parsed.sourceEndpoint, serverPort: parsed.destinationPort, service: member.service,
        backend: member.backend, frontend: arrival, kind: .direct,
        progress: SessionProgress(phase: .opening), now: clock.tick)
      if unsafe isInUse(entry, frame, tables) { return unsafe explainRefusal(explanation, frame, data) }
      explanation.makesSession = unsafe hasRoom(for: entry, frame, tables)
    }
    return unsafe unmatched(explanation, frame, .direct, tables)
  }

  // MARK: Replies

  @_noLocks
  mutating func explainReply(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    let parsed = unsafe frame.pointee.parsed
    let client = parsed.destinationEndpoint
    let claim = unsafe tables.pointee.endpoints.claim(of: parsed.sourceEndpoint)
    guard claim.isBackend else { return unsafe unmatched(frame, .noService, tables) }
    if let other = unsafe otherOwner(of: client, tables) { return other }
    unsafe note(frame, client, claim)
    unsafe frame.pointee.place = findReply(frame, tables)
    let found = unsafe session(of: frame, tables)
    var explanation = unsafe verdict(.returned, tables)
    explanation.session = found
    if let found, found.isAnswered {
      let entry = unsafe sessions[frame.pointee.place]
      explanation.service = entry.service
      explanation.backend = entry.backend
      guard !found.isDirect else {
        return unsafe direct(unmatched(explanation, frame, .direct, tables), from: entry.frontend)
      }
      if case .killed = found.standing { return unsafe explainEnd(explanation, frame, entry, tables) }
      return unsafe returned(explanation, frame, to: entry.frontend, tables)
    }
    return unsafe explainAdoption(explanation, frame, tables)
  }

  /// What a server still sends for a killed session.
  @_noLocks
  private mutating func explainEnd(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ entry: SessionEntry,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    var explanation = explanation
    guard unsafe tellsEnd(frame, entry, tables) else {
      explanation.verdict = .dropped(.sessionKilled)
      return explanation
    }
    if unsafe frame.pointee.parsed.event.isReset {
      return unsafe returned(explanation, frame, to: entry.frontend, tables)
    }
    explanation.verdict = rejections.isSpent ? .dropped(.rejectRateLimited) : .reset
    explanation.exit = rejections.isSpent ? nil : entry.frontend
    return explanation
  }

  /// A reply without a session that counts.
  @_noLocks
  private mutating func explainAdoption(
    _ explanation: Explanation, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    var explanation = explanation
    if unsafe hasTwin(frame) { return unsafe verdict(.toKernel, tables) }
    let parsed = unsafe frame.pointee.parsed
    guard let member = unsafe statelessMember(frame, tables), unsafe isVacant(member.service, frame, tables) else {
      return unsafe unmatched(explanation, frame, .noSession, tables)
    }
    let service = unsafe tables.pointee.service(member.service)
    explanation.service = member.service
    explanation.backend = member.backend
    explanation.choice = unsafe Explanation.Choice(
      maglevSlot: tables.pointee.maglevSlot(of: service, for: parsed.destinationEndpoint), backend: member.backend)
    guard let port = frontend(of: parsed.destination) else {
      explanation.verdict = .dropped(.noFrontend)
      return explanation
    }
    let progress = unsafe tables.pointee.rules.progress(
      after: parsed.event, fromClient: false, from: SessionProgress(phase: .opening))
    let entry = SessionEntry(
      client: parsed.destinationEndpoint, serverPort: parsed.sourcePort, service: member.service,
      backend: member.backend, frontend: port, kind: .flow, progress: progress, now: clock.tick)
    explanation.makesSession = unsafe !parsed.event.isReset && hasRoom(for: entry, frame, tables)
    return unsafe returned(explanation, frame, to: port, tables)
  }
}
