import Counters
import Net
import Tables

/// `affinity: source_ip`: the server that a client was given is remembered by the owner of its address, whichever of its
/// ports it comes from, so that it keeps it when the pool changes (behaviour 39; docs/decisions). A memory is an entry
/// of kind `affinity` in the session table, one for each client and service.
///
/// A frame that needs a new session goes to the owner of its client's address, and comes back with the choice in its
/// mark (design decision D9); where both are one worker it goes nowhere.
extension Worker {
  /// The backend of a frame without a session. Nil: the frame is on its way to who remembers it. The frame's place is
  /// found anew where other entries may have moved.
  ///
  /// - Parameter keeps: whether a session begins with it, after which the client's server is remembered.
  @_noLocks @inline(__always)
  mutating func choice(
    for frame: UnsafeMutablePointer<Frame>, of index: ServiceIndex, keeps: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> BackendIndex? {
    let service = unsafe tables.pointee.service(index)
    if unsafe service.pointee.remembers { return unsafe recall(for: frame, of: index, keeps: keeps, tables) }
    return unsafe tables.pointee.choice(of: service, for: frame.pointee.parsed.sourceEndpoint)
  }

  @_noLocks @inline(never)
  private mutating func recall(
    for frame: UnsafeMutablePointer<Frame>, of index: ServiceIndex, keeps: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> BackendIndex? {
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    if let brought {
      if unsafe isChoosable(brought, of: index, tables) { return brought }
      return unsafe tables.pointee.choice(of: tables.pointee.service(index), for: client)
    }
    let memory = owner.owner(of: Endpoint(client.address, 0, .icmp))
    guard memory.rawValue == self.index.rawValue else {
      unsafe handOver(frame, to: memory, as: .choose)
      return nil
    }
    let choice = unsafe recall(client.address, of: index, keeps: keeps, tables)
    unsafe frame.pointee.place = findRequest(frame, tables)
    return choice
  }

  /// Whether a backend that was chosen, maybe under other tables, takes sessions.
  @_noLocks
  mutating func isChoosable(
    _ backend: BackendIndex, of index: ServiceIndex, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let service = unsafe tables.pointee.service(index)
    guard unsafe UInt32(backend.rawValue) < service.pointee.recordCount else { return false }
    return unsafe tables.pointee.backend(service.pointee.record(of: backend)).pointee.state.takesSessions
  }

  /// The server that a client has, or from now on has. Not of an empty service.
  ///
  /// - Parameter keeps: whether the memory is made, or made to last; during a flood none is made.
  @_noLocks
  private mutating func recall(
    _ client: IPv4Address, of index: ServiceIndex, keeps: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> BackendIndex {
    let place = memory(of: client, of: index)
    if unsafe !isForgotten(place, tables) {
      if keeps { sessions.touch(place, sessions[place].progress, at: clock.tick) }
      return sessions[place].backend
    }
    let end = Endpoint(client, 0, .icmp)
    let choice = unsafe tables.pointee.choice(of: tables.pointee.service(index), for: end)
    if keeps, !flood.isOn {
      let entry = SessionEntry(memoryOf: client, service: index, backend: choice, now: clock.tick)
      _ = unsafe put(entry, at: place, in: sessions.buckets(for: end), tables)
    }
    return choice
  }

  /// Where a client's server of a service is remembered, whether that counts or not; or none.
  @_noLocks
  mutating func memory(of client: IPv4Address, of index: ServiceIndex) -> SessionPlace {
    let end = Endpoint(client, 0, .icmp)
    let match = SessionMatch.request(from: end, to: index, kind: .affinity)
    let buckets = sessions.buckets(for: end)
    let first = sessions.find(match, in: buckets.first)
    return first.isNone ? sessions.find(match, in: buckets.second) : first
  }

  /// Whether there is no memory that counts.
  @_noLocks
  mutating func isForgotten(_ place: SessionPlace, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    unsafe place.isNone || isForgotten(sessions[place], tables)
  }

  /// Whether a memory counts no more: its time is over, or its backend takes no new sessions.
  @_noLocks
  mutating func isForgotten(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    let service = unsafe tables.pointee.service(entry.service)
    if unsafe clock.tick.since(entry.lastSeen) > service.pointee.affinityTimeout { return true }
    return unsafe !tables.pointee.backend(of: entry).pointee.state.takesSessions
  }

  /// Ticks until an entry expires if no packet comes.
  @_noLocks
  mutating func ticksLeft(of entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> UInt32 {
    guard entry.kind.isAffinity else { return unsafe tables.pointee.rules.ticksLeft(entry, at: clock.tick) }
    let limit = unsafe tables.pointee.service(entry.service).pointee.affinityTimeout
    let idle = clock.tick.since(entry.lastSeen)
    return limit > idle ? limit &- idle : 0
  }

  /// The backend of a flow, of which an entry would name the choice: where it finds no place, the stateless choice, by
  /// which alone replies without a session are recognized (design decision D3).
  @_noLocks
  mutating func settled(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> BackendIndex {
    let service = unsafe tables.pointee.service(entry.service)
    if unsafe !service.pointee.remembers || hasRoom(for: entry, frame, tables) { return entry.backend }
    return unsafe tables.pointee.choice(of: service, for: entry.client)
  }

  /// A frame that asks which server its client has: back to the owner of its flow, with the answer.
  ///
  /// - Parameter isFirst: whether it has a transport header.
  @_noLocks
  mutating func answerChoice(
    _ frame: UnsafeMutablePointer<Frame>, isFirst: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let parsed = unsafe frame.pointee.parsed
    var answer = UInt16.max
    if let service = unsafe rememberingService(of: parsed.destinationEndpoint, tables) {
      let keeps = isFirst && !parsed.event.isReset
      answer = unsafe recall(parsed.source, of: service, keeps: keeps, tables).rawValue
    }
    unsafe frame.pointee.mbuf.mark.pointee.backend = answer
    unsafe handOver(frame, to: owner.owner(of: parsed.sourceEndpoint), as: .chosen)
  }

  /// The service at an endpoint, if it remembers its clients' servers and has any that take sessions.
  @_noLocks
  mutating func rememberingService(
    of end: Endpoint, _ tables: UnsafePointer<ForwardingTables>
  ) -> ServiceIndex? {
    var claim = unsafe tables.pointee.endpoints.claim(of: end)
    if claim.isNobody { claim = unsafe tables.pointee.endpoints.claimOfAnyPort(of: end) }
    guard claim.isService else { return nil }
    let service = unsafe tables.pointee.service(claim.service)
    return unsafe service.pointee.remembers && !service.pointee.isEmpty ? claim.service : nil
  }
}
