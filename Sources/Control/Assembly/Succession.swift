import Configuration
import Net
import Tables

/// Lays one generation out after another: what stays keeps its indices and, if nothing of it changes, all of
/// its layout; what goes lingers until no session names it; what comes gets indices that nobody has.
struct Succession {
  /// What a service was in the generation before, less what nobody needs any more.
  private struct Predecessor {
    let placement: ServicePlacement
    /// Positions of those of its backends whose indices stay taken; nil: of all.
    let kept: [Int]?

    var isUnchanged: Bool { kept == nil }
    var backends: [PlacedBackend] { kept.map { $0.map { placement.layout.backends[$0] } } ?? placement.layout.backends }
    var names: [String] { kept.map { $0.map { placement.names[$0] } } ?? placement.names }

    /// - Parameter isUnused: whether no session names a backend of a slot, and none can any more; asked of those
    ///   that were leaving already.
    init(_ placement: ServicePlacement, isUnused: ((BackendSlot) -> Bool)?) {
      self.placement = placement
      guard placement.hasLeaving, let isUnused else {
        kept = nil
        return
      }
      let backends = placement.layout.backends
      let kept = backends.indices.filter { !placement.leaving.contains($0) || !isUnused(backends[$0].slot) }
      self.kept = kept.count == backends.count ? nil : kept
    }
  }

  private let selection: KeyedHash
  private let kills: Set<ServedBackend>
  private let killing: Set<ServiceIdentity>
  private let conditions: BackendConditions
  private let neighbours: [IPv4Address: MACAddress]
  private let mayRelease: Bool
  private var ledger: IndexLedger
  /// In the order of the configuration before, then those that were leaving; nil: they have a successor, or nobody
  /// needs them.
  private var predecessors: [Predecessor?] = []
  /// Positions of those that have no successor where they were.
  private var positions: [ServiceIdentity: Int] = [:]

  /// Slots given out that no backend had in the generation before.
  var freshSlots: [BackendSlot] { ledger.freshSlots }

  /// - Parameters:
  ///   - kills: backends whose sessions are to end, whether they stay configured or not.
  ///   - conditions: what health makes of the backends.
  ///   - neighbours: what the addresses of `dsr` backends resolve to.
  ///   - room: slots of counters there are.
  ///   - isUnused: whether no worker has an entry that names a slot; nil while a worker may still hold tables older
  ///     than `previous`: then nothing is released.
  init(
    after previous: RunningState?, kills: Set<ServedBackend>, conditions: BackendConditions = [:],
    neighbours: [IPv4Address: MACAddress] = [:], room: Int,
    selection: KeyedHash, isUnused: ((BackendSlot) -> Bool)?
  ) {
    self.selection = selection
    self.conditions = conditions
    self.kills = kills
    self.neighbours = neighbours
    killing = Set(kills.map(\.service))
    mayRelease = isUnused != nil
    ledger = IndexLedger(room: room)
    for placement in (previous?.services ?? []) + (previous?.leavingServices ?? []) {
      let predecessor = Predecessor(placement, isUnused: isUnused)
      let isOver = placement.isRemoved && mayRelease && (predecessor.kept ?? Array(placement.leaving)).isEmpty
      predecessors.append(isOver ? nil : predecessor)
      if !isOver { ledger.keep(placement.index, predecessor.backends) }
    }
  }

  /// The placements of a configuration's services, in its order, and of those that are leaving. Only once.
  mutating func layOut(
    _ configuration: Configuration
  ) throws(PublishError) -> (services: [ServicePlacement], leaving: [ServicePlacement]) {
    let endpoints = configuration.endpoints
    // Mostly a service is where it was; only the others are looked for.
    var own: [Predecessor?] = configuration.services.enumerated().map { takeSame($0.element.identity, at: $0.offset) }
    for (position, predecessor) in predecessors.enumerated() {
      if let predecessor { positions[predecessor.placement.identity] = position }
    }
    for (position, settings) in configuration.services.enumerated() where own[position] == nil {
      own[position] = take(settings.identity)
    }
    // All that have a predecessor of their own have it, or another might inherit it.
    for (position, settings) in configuration.services.enumerated() where own[position] == nil {
      own[position] = heritage(of: settings)
    }
    var services: [ServicePlacement] = []
    services.reserveCapacity(configuration.services.count)
    for (position, settings) in configuration.services.enumerated() {
      services.append(try place(settings, endpoints[position], after: own[position]))
    }
    let leaving = predecessors.compactMap { $0.map(retire) }.sorted { $0.index.rawValue < $1.index.rawValue }
    return (services, leaving)
  }

  /// The service of a position, if it is still this one.
  private mutating func takeSame(_ identity: ServiceIdentity, at position: Int) -> Predecessor? {
    guard position < predecessors.count, let predecessor = predecessors[position],
      predecessor.placement.identity == identity
    else { return nil }
    predecessors[position] = nil
    return predecessor
  }

  /// The service of an identity, wherever it was.
  private mutating func take(_ identity: ServiceIdentity) -> Predecessor? {
    guard let position = positions.removeValue(forKey: identity) else { return nil }
    defer { predecessors[position] = nil }
    return predecessors[position]
  }

  /// A service that is leaving, of the same address and port, whose transports and the new one's overlap: a
  /// service that becomes `all`, or ceases to be, keeps the sessions that it still serves.
  private mutating func heritage(of settings: ServiceSettings) -> Predecessor? {
    let kin: [ServiceSettings.Protocols] =
      switch settings.protocols {
      case .all: [.tcp, .udp]
      case .tcp, .udp: [.all]
      case .icmp: []
      }
    for protocols in kin {
      let identity = ServiceIdentity(
        vip: settings.vip, protocols: protocols, port: settings.port, mode: settings.mode)
      if let predecessor = take(identity) { return predecessor }
    }
    return nil
  }

  /// A configured service.
  private mutating func place(
    _ settings: ServiceSettings, _ endpoints: [Endpoint], after predecessor: Predecessor?
  ) throws(PublishError) -> ServicePlacement {
    let old = predecessor?.placement
    let conditions = conditions[settings.identity] ?? [:]
    if let old, let predecessor, predecessor.isUnchanged, !old.isRemoved, old.settings == settings,
      old.conditions == conditions,
      // With the same settings they differ in ICMP or not at all.
      old.layout.transportCount == Set(endpoints.map(\.transport)).count, isResolvedAsBefore(settings, old),
      killing.isEmpty || !killing.contains(settings.identity)
    {
      return old
    }
    let pool = PoolPlan(settings, conditions, unresolved: unresolved(in: settings))
    let definition = TableAssembly.definition(
      of: settings, pool, transports: Set(endpoints.map(\.transport)), neighbours: neighbours)
    var seats = Seats(predecessor?.backends ?? [], names: predecessor?.names ?? [])
    var placed: [PlacedBackend] = []
    for ((backend, definition), role) in zip(zip(settings.backends, definition.backends), pool.seats) {
      if !isKilled(backend.identity, of: settings.identity, old?.identity), let seat = seats.take(backend.identity) {
        placed.append(PlacedBackend(definition, index: seat.index, slot: seat.slot, state: role.state))
      } else {
        guard let index = seats.freeIndex() else {
          throw .tooManyBackendsOfService(name: settings.name, limit: BackendIndex.limit)
        }
        placed.append(PlacedBackend(definition, index: index, slot: try ledger.takeSlot(), state: role.state))
      }
    }
    let leaving = seats.rest.map { left($0.backend, $0.name, of: settings, old?.identity) }
    let index: ServiceIndex
    if let old { index = old.index } else { index = try ledger.takeService() }
    return ServicePlacement(
      settings: settings,
      layout: ServiceLayout(
        definition, at: index, backends: placed + leaving.map(\.backend), selection: selection, previous: old?.layout),
      names: settings.backends.map(\.name) + leaving.map(\.name), pool: pool, conditions: conditions)
  }

  /// Those of a service's backends whose address does not resolve.
  private func unresolved(in settings: ServiceSettings) -> Set<BackendIdentity> {
    guard settings.mode == .dsr else { return [] }
    return Set(settings.backends.filter { $0.mac == nil && neighbours[$0.address] == nil }.map(\.identity))
  }

  /// Whether the addresses of a service's backends resolve to what they did, which only `dsr` services ask for.
  private func isResolvedAsBefore(_ settings: ServiceSettings, _ old: ServicePlacement) -> Bool {
    guard settings.mode == .dsr else { return true }
    return zip(settings.backends, old.layout.backends).allSatisfy { backend, placed in
      backend.mac != nil || placed.definition.mac == neighbours[backend.address]
    }
  }

  /// A service that is no longer configured.
  private func retire(_ predecessor: Predecessor) -> ServicePlacement {
    let old = predecessor.placement
    if old.isRemoved, predecessor.isUnchanged, !killing.contains(old.identity) { return old }
    let leaving = zip(predecessor.backends, predecessor.names).map { left($0, $1, of: old.settings, nil) }
    return ServicePlacement(
      settings: old.settings,
      layout: ServiceLayout(
        old.layout.definition, at: old.index, backends: leaving.map(\.backend), isRemoved: true, selection: selection),
      names: leaving.map(\.name), pool: old.pool, conditions: [:])
  }

  /// A backend that has left its service.
  private func left(
    _ backend: PlacedBackend, _ name: String, of service: ServiceSettings, _ old: ServiceIdentity?
  ) -> (backend: PlacedBackend, name: String) {
    var backend = backend
    let identity = BackendIdentity(backend.definition)
    // One that is down stays so: its sessions must not go back to it.
    backend.state = backend.state.afterRemoval
    if !backend.state.isKilled, isKilled(identity, of: service.identity, old) {
      backend.state = service.onKill == .reset ? .killedWithReset : .killed
    }
    return (backend, name)
  }

  private func isKilled(_ backend: BackendIdentity, of service: ServiceIdentity, _ old: ServiceIdentity?) -> Bool {
    guard !kills.isEmpty else { return false }
    if kills.contains(ServedBackend(service: service, backend: backend)) { return true }
    return old.map { kills.contains(ServedBackend(service: $0, backend: backend)) } ?? false
  }
}

/// The places that a service's backends have, while they are being given to the next generation's.
private struct Seats {
  private var seats: [(backend: PlacedBackend, name: String)]
  private var positions: [BackendIdentity: Int] = [:]
  private var isTaken: [Bool]
  private var taken: Set<Int> = []
  private var next = 0

  init(_ backends: [PlacedBackend], names: [String]) {
    seats = Array(zip(backends, names))
    let highest = backends.reduce(-1) { max($0, Int($1.index.rawValue)) }
    isTaken = [Bool](repeating: false, count: highest + 1)
    for (position, backend) in backends.enumerated() {
      isTaken[Int(backend.index.rawValue)] = true
      // A place whose sessions were killed is nobody's any more.
      guard backend.state.isConfigured || !backend.state.isKilled else { continue }
      positions[BackendIdentity(backend.definition)] = position
    }
  }

  /// The place that a backend has.
  mutating func take(_ identity: BackendIdentity) -> PlacedBackend? {
    guard let position = positions.removeValue(forKey: identity) else { return nil }
    taken.insert(position)
    return seats[position].backend
  }

  /// An index that nobody has.
  mutating func freeIndex() -> BackendIndex? {
    while next < isTaken.count, isTaken[next] { next += 1 }
    guard next < BackendIndex.limit else { return nil }
    defer { next += 1 }
    return BackendIndex(UInt16(next))
  }

  /// Those that nobody took.
  var rest: [(backend: PlacedBackend, name: String)] {
    seats.indices.filter { !taken.contains($0) }.map { seats[$0] }
  }
}

extension BackendIdentity {
  /// What a backend of the tables is in the configuration.
  init(_ definition: BackendDefinition) {
    if definition.address.rawValue == 0, let mac = definition.mac {
      self.init(mac: mac)
    } else {
      self.init(address: definition.address, port: definition.port)
    }
  }
}
