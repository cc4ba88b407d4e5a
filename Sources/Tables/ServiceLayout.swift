import Net

/// A service as tables hold it: its definition, its places, its Maglev table. Immutable, and shared by all
/// generations in which nothing of it changes. Management side only.
public final class ServiceLayout: Sendable {
  public let index: ServiceIndex
  public let definition: ServiceDefinition
  /// No longer configured: keeps the sessions it has, and claims nothing else.
  public let isRemoved: Bool
  /// Those of the definition, in its order, then those that have left it and still have sessions.
  public let backends: [PlacedBackend]
  let maglev: SharedMaglev
  // What every generation copies.
  /// Under which requests arrive.
  let endpoints: [Endpoint]
  /// Records that the tables need for it: one for each index up to the highest.
  let recordCount: Int
  let hasKilled: Bool
  /// One more than the highest slot.
  let slotCount: Int
  /// Transports that it claims.
  public let transportCount: Int

  /// - Parameters:
  ///   - backends: those of the definition, in its order, then those that are leaving; indices and slots distinct.
  ///   - previous: what the service was before, to share its Maglev table if the pool is the same.
  public init(
    _ definition: ServiceDefinition, at index: ServiceIndex, backends: [PlacedBackend], isRemoved: Bool = false,
    selection: KeyedHash, previous: ServiceLayout? = nil
  ) {
    self.index = index
    self.definition = definition
    self.isRemoved = isRemoved
    self.backends = backends
    endpoints = definition.endpoints
    recordCount = backends.reduce(0) { max($0, Int($1.index.rawValue) + 1) }
    hasKilled = backends.contains { $0.state.isKilled }
    slotCount = backends.reduce(0) { max($0, Int($1.slot.rawValue) + 1) }
    transportCount = definition.transports.count
    let candidates = isRemoved ? [] : Self.candidates(among: backends)
    if let maglev = previous?.maglev, maglev.isMade(of: candidates, slotCount: definition.maglevSlots) {
      self.maglev = maglev
    } else {
      maglev = SharedMaglev(candidates, slotCount: definition.maglevSlots, hash: selection)
    }
  }

  /// A new service, whose backends have the first indices and consecutive slots.
  public convenience init(
    _ definition: ServiceDefinition, at index: ServiceIndex, firstSlot: BackendSlot, selection: KeyedHash
  ) {
    let backends = definition.backends.enumerated().map { position, backend in
      PlacedBackend(
        backend, index: BackendIndex(UInt16(position)), slot: BackendSlot(firstSlot.rawValue + UInt32(position)))
    }
    self.init(definition, at: index, backends: backends, selection: selection)
  }

  /// A service that is nowhere.
  static let vacant = ServiceLayout(
    ServiceDefinition(vip: IPv4Address(rawValue: 0), port: 0, transports: [], backends: []), at: ServiceIndex(0),
    backends: [], isRemoved: true, selection: KeyedHash(mask: 0, factor: 1))

  /// Maglev slots that a backend has.
  public func maglevSlots(of backend: BackendIndex) -> Int {
    Int(backend.rawValue) < maglev.shares.count ? maglev.shares[Int(backend.rawValue)] : 0
  }

  private static func candidates(among backends: [PlacedBackend]) -> [MaglevPopulation.Candidate] {
    backends.filter { $0.state == .active }.map {
      MaglevPopulation.Candidate(
        index: $0.index, identity: $0.definition.identity, weight: $0.definition.weight)
    }
  }
}
