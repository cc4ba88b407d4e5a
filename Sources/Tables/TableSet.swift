import Net

/// Builds and owns one generation of `ForwardingTables`. Management side only.
///
/// Freed by its deinit, hence kept alive by the publisher until every worker has moved on.
@safe
public final class TableSet {
  /// What `Published` publishes; valid as long as this object lives.
  public let tables: UnsafeMutablePointer<ForwardingTables>
  /// First backend slot of each service, by index.
  public let firstSlots: [BackendSlot]
  /// Backend slots in all.
  public let slotCount: Int
  /// Maglev slots of each backend slot: the share of new sessions it gets.
  public let maglevShares: [Int]
  private let services: [MaglevTable]

  /// What all generations of one instance share.
  public struct Keys: Sendable {
    /// Chooses backends; from the configured seed, the same on all instances behind one ECMP router.
    public var selection: KeyedHash
    /// Spreads endpoints over the lookup table.
    public var lookup: KeyedHash

    public init(selection: KeyedHash, lookup: KeyedHash) {
      self.selection = selection
      self.lookup = lookup
    }
  }

  /// - Parameters:
  ///   - services: in the order of their indices; at most `ServiceIndex.limit`, each of at most
  ///     `BackendIndex.limit` backends. Where two claim one endpoint the first keeps it.
  public init(
    generation: UInt64, services: [ServiceDefinition], unmatched: UnmatchedAction, rules: SessionRules, keys: Keys
  ) {
    precondition(services.count <= ServiceIndex.limit, "the configuration refuses more services")
    let slots = Self.firstSlots(of: services)
    let maglev = services.map { Self.maglev(of: $0, hash: keys.selection) }
    slotCount = services.reduce(0) { $0 + $1.backends.count }
    firstSlots = slots
    self.services = maglev.map(\.table)
    maglevShares = maglev.flatMap(\.shares)
    let records = UnsafeMutablePointer<ServiceRecord>.allocate(capacity: max(1, services.count))
    let backends = UnsafeMutablePointer<BackendRecord>.allocate(capacity: max(1, slotCount))
    for (index, definition) in services.enumerated() {
      unsafe (records + index).initialize(
        to: ServiceRecord(
          definition: definition, firstSlot: slots[index], selectionKey: keys.selection(definition.identity),
          maglev: maglev[index].table))
      for (position, backend) in definition.backends.enumerated() {
        unsafe (backends + Int(slots[index].rawValue) + position).initialize(
          to: BackendRecord(
            vip: definition.vip, vipPort: definition.port, address: backend.address, port: backend.port))
      }
    }
    let (endpoints, memberships) = unsafe Self.endpoints(of: services, slots, hash: keys.lookup)
    unsafe tables = .allocate(capacity: 1)
    unsafe tables.initialize(
      to: ForwardingTables(
        generation: generation, unmatched: unmatched, endpoints: endpoints, rules: rules, selection: keys.selection,
        services: records, backends: backends, memberships: memberships))
  }

  deinit {
    for table in services { table.deallocate() }
    unsafe tables.pointee.endpoints.deallocate()
    unsafe tables.pointee.rules.deallocate()
    unsafe tables.pointee.services.deallocate()
    unsafe tables.pointee.backends.deallocate()
    unsafe tables.pointee.memberships.deallocate()
    unsafe tables.deallocate()
  }

  private static func firstSlots(of services: [ServiceDefinition]) -> [BackendSlot] {
    var next: UInt32 = 0
    return services.map { service in
      precondition(service.backends.count <= BackendIndex.limit, "the configuration refuses more backends")
      defer { next += UInt32(service.backends.count) }
      return BackendSlot(next)
    }
  }

  private static func maglev(of service: ServiceDefinition, hash: KeyedHash) -> (table: MaglevTable, shares: [Int]) {
    let candidates = service.backends.enumerated().filter { $0.element.weight > 0 }.map {
      MaglevPopulation.Candidate(
        index: BackendIndex(UInt16($0.offset)), identity: $0.element.identity, weight: $0.element.weight)
    }
    let population = MaglevPopulation.slots(for: candidates, count: service.maglevSlots, hash: hash)
    var shares = [Int](repeating: 0, count: service.backends.count)
    for backend in population { shares[Int(backend.rawValue)] += 1 }
    return (MaglevTable(population), shares)
  }

  /// The lookup table of both directions, and for each backend endpoint the services it belongs to.
  private static func endpoints(
    of services: [ServiceDefinition], _ firstSlots: [BackendSlot], hash: KeyedHash
  ) -> (EndpointTable, UnsafeMutablePointer<Membership>) {
    var owners: [Endpoint: [(ServiceIndex, BackendIndex)]] = [:]
    var entries: [(Endpoint, EndpointClaim)] = []
    var claimed: Set<Endpoint> = []
    for (index, service) in services.enumerated() {
      let serviceIndex = ServiceIndex(UInt16(index))
      for endpoint in service.endpoints where claimed.insert(endpoint).inserted {
        entries.append((endpoint, .service(serviceIndex, firstSlot: firstSlots[index])))
      }
      for (position, backend) in service.backends.enumerated() {
        for transport in service.transports {
          let endpoint = Endpoint(backend.address, transport == .icmp ? 0 : backend.port, transport)
          owners[endpoint, default: []].append((serviceIndex, BackendIndex(UInt16(position))))
        }
      }
    }
    let count = owners.values.reduce(0) { $0 + $1.count }
    let memberships = UnsafeMutablePointer<Membership>.allocate(capacity: max(1, count))
    var next = 0
    for (endpoint, members) in owners where !claimed.contains(endpoint) {
      let first = MembershipIndex(UInt32(next))
      for (position, member) in members.enumerated() {
        unsafe (memberships + next).initialize(
          to: Membership(service: member.0, backend: member.1, isLast: position == members.count - 1))
        next += 1
      }
      let member = unsafe memberships[Int(first.rawValue)]
      entries.append((endpoint, member.isLast ? .backend(first, member) : .backends(first)))
    }
    return unsafe (EndpointTable(entries, hash: hash), memberships)
  }
}
