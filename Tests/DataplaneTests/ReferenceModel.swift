import Dataplane
import Net
import Tables
import TestSupport

/// What a worker must do with a frame, in small, slow, obvious Swift: a dictionary of sessions without buckets,
/// arrays of octets, no bursts. Only the stateless choice is asked of the product's tables, since selection is
/// tested on its own.
struct ReferenceModel {
  enum Verdict: Hashable {
    case forwarded
    case answered
    case passed(PassReason)
    case dropped(DropReason)
  }

  /// What happens to a frame: how it is counted, what comes out, and what is then remembered.
  struct Outcome {
    var verdict: Verdict
    var output: Rig.Output?
    /// The same out of further ports.
    var copies: [Rig.Output] = []
    var memory: ReferenceMemory
  }

  /// What makes a session one and no other.
  struct Key: Hashable {
    var client: Endpoint
    var service: Int
    /// For a client that talks to this backend itself.
    var direct: Int?
  }

  struct Session {
    enum Phase { case opening, answered, established, closing }
    var backend: Int
    var phase = Phase.opening
    var clientFin = false
    var serverFin = false
    /// Before the reset that closes it.
    var wasEstablished = false
    var lastSeen = Tick(rawValue: 0)
    /// The port that the client came in by.
    var frontend = Rig.frontend
  }

  private(set) var services: [ServiceDefinition]
  /// Of each service's backends.
  private(set) var states: [[BackendState]]
  /// Services that are no longer configured, and keep the sessions they have.
  private(set) var removed: Set<Int> = []
  private(set) var tables: TableSet
  var dropsUnmatched = false
  /// Clients that servers see in another network, and the clients behind each of several frontends.
  var sides = ReferenceSides()
  /// The port that the frame in hand came in by.
  private(set) var arrival = Rig.frontend
  var memory = ReferenceMemory()
  var sessions: [Key: Session] { memory.sessions }
  /// Whether a flood is on, as the worker says: then new flows are not remembered.
  var isStateless = false
  var now = Tick(rawValue: 0)
  /// Datagrams in fragments, since the beginning.
  var begun = 0
  var limits = FragmentLimits()
  var datagrams: [DatagramKey: Datagram] = [:]
  /// Fragments that wait.
  var held = 0
  /// Fragments that have waited in vain.
  var timedOut = 0

  init(services: [ServiceDefinition], tables: TableSet, dropsUnmatched: Bool) {
    self.services = services
    self.tables = tables
    self.dropsUnmatched = dropsUnmatched
    states = services.map { $0.backends.map { _ in .active } }
  }

  /// Other tables are in force.
  mutating func adopt(_ tables: TableSet) {
    self.tables = tables
    services = tables.layouts.map(\.definition)
    states = tables.layouts.map { $0.backends.map(\.state) }
    removed = Set(tables.layouts.indices.filter { tables.layouts[$0].isRemoved })
  }

  // MARK: Time

  func timeout(_ transport: TransportProtocol, _ phase: Session.Phase) -> UInt32 {
    switch (transport, phase) {
    case (.tcp, .established): 36000
    case (.udp, _): 600
    default: 100
    }
  }

  func isAlive(_ key: Key, _ session: Session) -> Bool {
    now.since(session.lastSeen) <= timeout(key.client.transport, session.phase)
  }

  /// Time passes: what has expired is as if it had never been.
  mutating func age(to tick: Tick) {
    now = tick
    memory.expire(sessions.filter { !isAlive($0.key, $0.value) }.map(\.key))
    memory.kept = memory.kept.filter { counts($0.key, $0.value) }
    ageFragments()
  }

  // MARK: Whose endpoint

  func serverEndpoint(_ service: Int, _ backend: Int, _ transport: TransportProtocol) -> Endpoint {
    let definition = services[service].backends[backend]
    return Endpoint(definition.address, transport == .icmp ? 0 : definition.port, transport)
  }

  func service(at endpoint: Endpoint) -> Int? {
    services.firstIndex { service in
      service.vip == endpoint.address && service.transports.contains(endpoint.transport)
        && (endpoint.transport == .icmp ? 0 : service.port) == endpoint.port
    }
  }

  /// Services and backends whose server this is, in order; last those who have left.
  func members(at endpoint: Endpoint) -> [(service: Int, backend: Int)] {
    guard service(at: endpoint) == nil else { return [] }
    let all = services.indices.filter { services[$0].transports.contains(endpoint.transport) }.flatMap { service in
      services[service].backends.indices.filter { serverEndpoint(service, $0, endpoint.transport) == endpoint }
        .map { (service: service, backend: $0) }
    }
    return all.filter { isConfigured($0.service, $0.backend) } + all.filter { !isConfigured($0.service, $0.backend) }
  }

  func isEmpty(_ service: Int) -> Bool {
    removed.contains(service)
      || services[service].backends.indices.allSatisfy {
        services[service].backends[$0].weight == 0 || state(service, $0) != .active
      }
  }

  func choice(_ service: Int, _ client: Endpoint) -> Int {
    let tables = tables.tables.pointee
    return Int(tables.choice(of: tables.service(ServiceIndex(UInt16(service))), for: client).rawValue)
  }

  // MARK: Frames

  /// What happens to a frame; nothing yet while it is held.
  func outcomes(of event: Event, from port: PortIndex) -> [Outcome] {
    var model = self
    model.arrival = port
    switch event {
    case .held: return []
    case .verdict(.passed(let reason), let bytes?): return [model.passed(bytes, port, reason)]
    case .verdict(let verdict, let bytes):
      let other = port == Rig.backend ? Rig.frontend : Rig.backend
      return [
        Outcome(verdict: verdict, output: bytes.map { Rig.Output(port: other, bytes: $0) }, memory: memory)
      ]
    case .packet(let packet): return [port == Rig.backend ? model.reply(packet) : model.request(packet)]
    case .error(let error):
      return port == Rig.backend ? model.errorsAboutRequest(error) : [model.errorAboutReply(error)]
    }
  }

  /// A frame from the servers' side with its client's own address, if it was for another.
  func restored(_ bytes: [UInt8]) -> [UInt8] {
    if let fragment = ReferenceFragment.read(bytes) {
      let isServer = services.contains { $0.backends.contains { $0.address == fragment.source } }
      guard isServer, let client = sides.client(seenAs: Endpoint(fragment.destination, 0, .udp)) else { return bytes }
      var packet = ReferencePacket(rest: fragment, 0, 0)
      if fragment.start == 0, case .packet(let first) = ReferencePacket.read(first: fragment) { packet = first }
      let end = Endpoint(client.address, packet.destination.port, packet.transport)
      return packet.translated(isDestination: true, to: end)
    }
    if case .error(let error) = ReferencePacket.read(bytes) {
      guard error.destination == error.quotedSource.address, let client = sides.client(seenAs: error.quotedSource),
        !members(at: error.quotedDestination).isEmpty
      else { return bytes }
      return error.translated(isSource: true, to: client)
    }
    guard case .packet(let packet) = ReferencePacket.read(bytes), packet.transport != .icmp || !packet.isRequest,
      let client = sides.client(seenAs: packet.destination), !members(at: packet.source).isEmpty
    else { return bytes }
    return packet.translated(isDestination: true, to: client)
  }

  func dropped(_ reason: DropReason) -> Outcome {
    Outcome(verdict: .dropped(reason), output: nil, memory: memory)
  }

  private func passed(_ bytes: [UInt8], _ port: PortIndex, _ reason: PassReason) -> Outcome {
    let exits = port == Rig.backend ? sides.frontends(for: bytes) : [Rig.backend]
    guard let first = exits.first else { return dropped(.noFrontend) }
    return Outcome(
      verdict: .passed(reason), output: Rig.Output(port: first, bytes: bytes),
      copies: exits.dropFirst().map { Rig.Output(port: $0, bytes: bytes) }, memory: memory)
  }

  func unmatched(_ bytes: [UInt8], _ port: PortIndex, _ reason: PassReason) -> Outcome {
    dropsUnmatched ? dropped(.unmatched) : passed(bytes, port, reason)
  }

  private func forwarded(_ packet: ReferencePacket, to backend: Int, of service: Int, _ memory: ReferenceMemory)
    -> Outcome
  {
    let definition = services[service].backends[backend]
    var moved = packet
    moved.bytes = packet.translated(
      isDestination: true, to: Endpoint(definition.address, definition.port, packet.transport))
    // The address under which servers see the client.
    if let seen = sides.seen(packet.source) { moved.bytes = moved.translated(isDestination: false, to: seen) }
    return Outcome(verdict: .forwarded, output: Rig.Output(port: Rig.backend, bytes: moved.bytes), memory: memory)
  }

  private func request(_ packet: ReferencePacket) -> Outcome {
    if let service = service(at: packet.destination) { return request(packet, to: service) }
    guard let member = members(at: packet.destination).first else {
      return unmatched(packet.bytes, arrival, .noService)
    }
    let key = Key(client: packet.source, service: member.service, direct: member.backend)
    var outcome = unmatched(packet.bytes, arrival, .direct)
    if let known = living(key, packet) {
      outcome.memory[key] = after(packet, fromClient: true, known)
    } else if !packet.isReset, !dropsUnmatched, isConfigured(member.service, member.backend) {
      if isInUse(key, member.backend) { return refusedAsInUse(packet) }
      let session = Session(backend: member.backend, frontend: arrival)
      remember(key, after(packet, fromClient: true, session), packet, &outcome.memory)
    }
    return outcome
  }

  private func request(_ packet: ReferencePacket, to service: Int) -> Outcome {
    let key = Key(client: packet.source, service: service, direct: nil)
    var memory = memory
    if let known = sessions[key], let outcome = told(packet, key, known) { return outcome }
    if let known = living(key, packet) {
      memory[key] = after(packet, fromClient: true, known)
      return forwarded(packet, to: known.backend, of: service, memory)
    }
    guard !isEmpty(service) else {
      return refused(packet, removed.contains(service) ? .unclaimed : services[service].emptyAction)
    }
    var chosen = choice(service, packet, &memory)
    if !packet.isReset {
      if isInUse(key, chosen) {
        guard let other = elsewhere(key) else {
          var outcome = refusedAsInUse(packet)
          outcome.memory = memory
          return outcome
        }
        chosen = other
      }
      let session = Session(backend: chosen, frontend: arrival)
      remember(key, after(packet, fromClient: true, session), packet, &memory)
    }
    return forwarded(packet, to: chosen, of: service, memory)
  }

  /// Whether the client talks to a server from the same port already, by another road (behaviours 21 and 22).
  private func isInUse(_ key: Key, _ backend: Int) -> Bool {
    let server = serverEndpoint(key.service, backend, key.client.transport)
    return sessions.contains { other, session in
      other != key && other.client == key.client && session.phase != .closing && !isKilled(other, session)
        && serverEndpoint(other.service, session.backend, key.client.transport) == server
    }
  }

  /// The next server in the order of the Maglev table with which the port is not in use.
  private func elsewhere(_ key: Key) -> Int? {
    let tables = tables.tables.pointee
    let service = tables.service(ServiceIndex(UInt16(key.service)))
    var slot = tables.maglevSlot(of: service, for: key.client)
    return (0..<256).lazy.map { _ in Int(tables.nextChoice(of: service, after: &slot).rawValue) }
      .first { !isInUse(key, $0) }
  }

  private func refusedAsInUse(_ packet: ReferencePacket) -> Outcome {
    guard packet.transport == .tcp, !packet.isRest, let answer = packet.refusal else { return dropped(.portInUse) }
    return Outcome(verdict: .answered, output: Rig.Output(port: arrival, bytes: answer), memory: memory)
  }

  private func refused(_ packet: ReferencePacket, _ action: EmptyAction) -> Outcome {
    switch action {
    case .pass: return passed(packet.bytes, arrival, .noBackend)
    case .drop: return dropped(.noBackend)
    case .unclaimed: return unmatched(packet.bytes, arrival, .noService)
    case .reject:
      guard !packet.isRest else { return dropped(.noBackend) }
      guard let answer = packet.refusal else { return dropped(.noBackend) }
      return Outcome(verdict: .answered, output: Rig.Output(port: arrival, bytes: answer), memory: memory)
    }
  }

  private func reply(_ packet: ReferencePacket) -> Outcome {
    let members = members(at: packet.source)
    guard !members.isEmpty else { return unmatched(packet.bytes, Rig.backend, .noService) }
    let known = sessions.filter { key, session in
      key.client == packet.destination
        && serverEndpoint(key.service, session.backend, packet.transport) == packet.source
    }
    precondition(known.count <= 1, "one flow between two endpoints (behaviours 21 and 22)")
    guard let (key, session) = known.first else { return adopted(packet, members) }
    if isKilled(key, session) { return late(packet, key, session) }
    var memory = memory
    memory[key] = after(packet, fromClient: false, session)
    if key.direct == nil { return returned(packet, of: key.service, to: session.frontend, memory) }
    guard !dropsUnmatched else { return Outcome(verdict: .dropped(.unmatched), output: nil, memory: memory) }
    return Outcome(
      verdict: .passed(.direct), output: Rig.Output(port: session.frontend, bytes: packet.bytes), memory: memory)
  }

  func returned(
    _ packet: ReferencePacket, of service: Int, to port: PortIndex, _ memory: ReferenceMemory
  ) -> Outcome {
    let bytes = packet.translated(
      isDestination: false, to: Endpoint(services[service].vip, services[service].port, packet.transport))
    return Outcome(verdict: .forwarded, output: Rig.Output(port: port, bytes: bytes), memory: memory)
  }

  /// A reply without a session: translated if the stateless choice for its client is who sent it, and the client
  /// has no other session of that service (design decision D3).
  private func adopted(_ packet: ReferencePacket, _ members: [(service: Int, backend: Int)]) -> Outcome {
    let client = packet.destination
    let member = members.first { !isEmpty($0.service) && choice($0.service, client) == $0.backend }
    guard let member, !packet.opensConnection,
      sessions[Key(client: client, service: member.service, direct: nil)] == nil
    else { return unmatched(packet.bytes, Rig.backend, .noSession) }
    guard let port = sides.frontend(of: client.address) else { return dropped(.noFrontend) }
    var memory = memory
    if !packet.isReset {
      let key = Key(client: client, service: member.service, direct: nil)
      let session = Session(backend: member.backend, frontend: port)
      remember(key, after(packet, fromClient: false, session), packet, &memory)
    }
    return returned(packet, of: member.service, to: port, memory)
  }

  // MARK: Sessions

  /// The session that a client's packet belongs to; none if the packet begins a new one on a closing one.
  private func living(_ key: Key, _ packet: ReferencePacket) -> Session? {
    guard let session = sessions[key], !isKilled(key, session) else { return nil }
    return packet.opensConnection && session.phase == .closing ? nil : session
  }

  /// A new session ends those between the same client and server that are over or about to be. In stateless mode it is
  /// remembered if there is the place of one of the same flow that no longer counts.
  private func remember(_ key: Key, _ session: Session, _ packet: ReferencePacket, _ memory: inout ReferenceMemory) {
    guard !packet.isRest else { return }
    let server = serverEndpoint(key.service, session.backend, key.client.transport)
    func isTwin(_ other: Key, _ old: Session) -> Bool {
      other.client == key.client && serverEndpoint(other.service, old.backend, key.client.transport) == server
    }
    // A reply finds its session by both ends, a request by the client and the service.
    let hasPlace =
      memory[key] != nil || memory.expired[key] != nil
      || (packet.source == server && memory.expired.contains { isTwin($0.key, $0.value) })
    memory.forget(isTwin) { $1.phase == .closing || isKilled($0, $1) }
    guard hasPlace || !isLeftOut(key, session) else {
      memory.leftOut += 1
      return
    }
    memory.take(key)
    memory.created += 1
    memory[key] = session
  }

  /// RFC 9293, section 3.3.2, as seen from the middle.
  private func after(_ packet: ReferencePacket, fromClient: Bool, _ old: Session) -> Session {
    guard !packet.isRest else { return old }
    var new = old
    new.lastSeen = now
    guard packet.transport == .tcp else {
      if !fromClient { new.phase = .established }
      return new
    }
    if packet.isReset {
      new.wasEstablished = old.wasEstablished || old.phase == .established
      new.phase = .closing
    } else if packet.isSyn {
      if old.phase == .opening, !fromClient { new.phase = .answered }
    } else {
      if old.phase == .answered, fromClient { new.phase = .established }
      if old.phase == .opening, !fromClient { new.phase = .established }
      if old.phase == .closing, !fromClient || old.wasEstablished, !(old.clientFin && old.serverFin) {
        new.phase = .established
        new.wasEstablished = false
      }
      if packet.isFin {
        new.clientFin = old.clientFin || fromClient
        new.serverFin = old.serverFin || !fromClient
        if fromClient ? old.serverFin : old.clientFin { new.phase = .closing }
      }
    }
    return new
  }
}
