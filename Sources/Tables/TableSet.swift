import EAL
import Net

/// Builds and owns one generation of `ForwardingTables`. Management side only.
///
/// Freed by its deinit, hence kept alive by the publisher until every worker has moved on.
@safe
public final class TableSet {
  /// What `Published` publishes; valid as long as this object lives.
  public let tables: UnsafeMutablePointer<ForwardingTables>
  /// What it was built of, in no particular order; keeps the Maglev tables alive.
  public let layouts: [ServiceLayout]
  /// Slots of counters that it needs: one more than the highest.
  public let slotCount: Int

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
  ///   - layouts: their indices distinct. Where two services claim one endpoint the first in the list keeps it, and one
  ///     that is removed has the last word.
  ///   - floodLimit: new flows a second and worker above which they are not stored; `.max`: all are.
  public init(
    generation: UInt64, layouts: [ServiceLayout], unmatched: UnmatchedAction, rules: SessionRules, keys: Keys,
    addresses: [KnownAddress] = [], sourceRewrites: [SourceRewrite] = [], floodLimit: UInt32 = .max
  ) {
    self.layouts = layouts
    slotCount = layouts.reduce(0) { max($0, $1.slotCount) }
    let firstRecords = Self.firstRecords(of: layouts)
    let (services, backends) = unsafe Self.records(of: layouts, firstRecords, selection: keys.selection)
    let (endpoints, memberships) = unsafe Self.endpoints(of: layouts, firstRecords, hash: keys.lookup)
    unsafe tables = .allocateLines(capacity: 1)
    unsafe tables.initialize(
      to: ForwardingTables(
        generation: generation, unmatched: unmatched, layouts: layouts, endpoints: endpoints,
        claimed: Self.claimed(in: layouts, hash: keys.lookup), rules: rules, addresses: AddressTable(addresses),
        sourceRewrites: SourceRewriteTable(sourceRewrites), selection: keys.selection, services: services,
        backends: backends, memberships: memberships, floodLimit: floodLimit))
  }

  /// The first generation of services that never change: indices in their order, slots one after the other.
  ///
  /// - Parameter services: at most `ServiceIndex.limit`, each of at most `BackendIndex.limit` backends.
  public convenience init(
    generation: UInt64, services: [ServiceDefinition], unmatched: UnmatchedAction, rules: SessionRules, keys: Keys,
    addresses: [KnownAddress] = [], sourceRewrites: [SourceRewrite] = [], floodLimit: UInt32 = .max
  ) {
    var slot: UInt32 = 0
    let layouts = services.enumerated().map { index, definition in
      defer { slot += UInt32(definition.backends.count) }
      return ServiceLayout(
        definition, at: ServiceIndex(UInt16(index)), firstSlot: BackendSlot(slot), selection: keys.selection)
    }
    self.init(
      generation: generation, layouts: layouts, unmatched: unmatched, rules: rules, keys: keys, addresses: addresses,
      sourceRewrites: sourceRewrites, floodLimit: floodLimit)
  }

  deinit {
    unsafe tables.pointee.endpoints.deallocate()
    unsafe tables.pointee.claimed.deallocate()
    unsafe tables.pointee.rules.deallocate()
    unsafe tables.pointee.addresses.deallocate()
    unsafe tables.pointee.sourceRewrites.deallocate()
    unsafe tables.pointee.services.deallocate()
    unsafe tables.pointee.backends.deallocate()
    unsafe tables.pointee.memberships.deallocate()
    unsafe tables.deallocate()
  }

  /// The record of each layout's backend with index 0.
  private static func firstRecords(of layouts: [ServiceLayout]) -> [RecordIndex] {
    var next: UInt32 = 0
    return layouts.map { layout in
      precondition(layout.recordCount <= BackendIndex.limit, "the ledger gives no higher index")
      defer { next += UInt32(layout.recordCount) }
      return RecordIndex(next)
    }
  }

  /// The records, by index. Where nobody has an index there is one that nothing leads to.
  private static func records(
    of layouts: [ServiceLayout], _ firstRecords: [RecordIndex], selection: KeyedHash
  ) -> (UnsafeMutablePointer<ServiceRecord>, UnsafeMutablePointer<BackendRecord>) {
    let serviceCount = layouts.reduce(0) { max($0, Int($1.index.rawValue) + 1) }
    let backendCount = layouts.reduce(0) { $0 + $1.recordCount }
    precondition(serviceCount <= ServiceIndex.limit, "the ledger gives no higher index")
    let services = unsafe UnsafeMutablePointer<ServiceRecord>.allocateLines(capacity: max(1, serviceCount))
    let backends = unsafe UnsafeMutablePointer<BackendRecord>.allocateLines(capacity: max(1, backendCount))
    unsafe services.initialize(
      repeating: ServiceRecord(.vacant, firstRecord: RecordIndex(0), selectionKey: 0), count: max(1, serviceCount))
    unsafe backends.initialize(repeating: .vacant, count: max(1, backendCount))
    for (layout, first) in zip(layouts, firstRecords) {
      unsafe services[Int(layout.index.rawValue)] = ServiceRecord(
        layout, firstRecord: first, selectionKey: selection(layout.definition.identity))
      for backend in layout.backends {
        unsafe backends[Int(first.rawValue) + Int(backend.index.rawValue)] = BackendRecord(
          backend, of: layout.definition)
      }
    }
    return unsafe (services, backends)
  }
}
