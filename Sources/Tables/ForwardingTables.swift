import Net

/// All that the path looks up and nobody changes: services, backends, Maglev tables, rules. One value,
/// published by one pointer; a worker reads the pointer once a burst and uses it until its next
/// quiescent report.
@safe @frozen
public struct ForwardingTables {
  // What every packet asks for, in the first cache line.
  public let endpoints: EndpointTable
  public let rules: SessionRules
  @usableFromInline let backends: UnsafeMutablePointer<BackendRecord>
  /// Whether frames that no service claims are dropped instead of crossing.
  public let dropsUnmatched: Bool
  /// Whether there are backends whose sessions are over.
  public let hasKilled: Bool
  /// Whether there are services that return directly (`dsr`).
  public let hasByMAC: Bool
  /// Whether all services return directly, and there is one.
  public let isOnlyByMAC: Bool
  /// Whether Sluice answers the pings of a service's VIP itself.
  public let answersEchoes: Bool
  /// Whether services claim all ports of their VIP.
  public let hasAnyPort: Bool
  /// Whether servers see some clients under other addresses than their own.
  public let rewritesSources: Bool
  // What replies, new flows and those who ask about them want.
  /// Of VIPs and backends, for frames without ports.
  public let claimed: ClaimedAddresses
  @usableFromInline let services: UnsafeMutablePointer<ServiceRecord>
  @usableFromInline let memberships: UnsafeMutablePointer<Membership>
  @usableFromInline let selection: KeyedHash
  public let generation: UInt64
  /// Where all services return directly, the MAC address that frames for any of them are sent to, and zero if that is the
  /// port's own; nil where they differ.
  public let commonVIPMAC: MACAddress?
  /// New flows a second and worker above which they are a flood, and not stored; `.max`: never.
  public let floodLimit: UInt32
  /// Of which ARP packets tell.
  public let addresses: AddressTable
  /// Under which addresses servers see which clients.
  public let sourceRewrites: SourceRewriteTable

  init(
    generation: UInt64, unmatched: UnmatchedAction, layouts: [ServiceLayout], endpoints: EndpointTable,
    claimed: ClaimedAddresses, rules: SessionRules, addresses: AddressTable, sourceRewrites: SourceRewriteTable,
    selection: KeyedHash, services: UnsafeMutablePointer<ServiceRecord>, backends: UnsafeMutablePointer<BackendRecord>,
    memberships: UnsafeMutablePointer<Membership>, floodLimit: UInt32
  ) {
    self.generation = generation
    dropsUnmatched = unmatched == .drop
    let current = layouts.filter { !$0.isRemoved }
    hasKilled = layouts.contains(where: \.hasKilled)
    hasByMAC = layouts.contains { $0.definition.isByMAC }
    isOnlyByMAC = !current.isEmpty && layouts.allSatisfy { $0.definition.isByMAC }
    answersEchoes = layouts.contains { !$0.isRemoved && $0.definition.echoAction.isItself }
    hasAnyPort = layouts.contains { $0.definition.hasAnyPort }
    let vipMACs = Set(layouts.map(\.definition.vipMAC))
    commonVIPMAC = isOnlyByMAC && vipMACs.count == 1 ? vipMACs.first : nil
    self.endpoints = endpoints
    self.claimed = claimed
    self.rules = rules
    self.addresses = addresses
    self.sourceRewrites = sourceRewrites
    rewritesSources = sourceRewrites.count > 0
    self.selection = selection
    unsafe self.services = services
    unsafe self.backends = backends
    unsafe self.memberships = memberships
    self.floodLimit = floodLimit
  }

  /// The service of an index that these tables or a session gave out.
  @_noLocks @inlinable @inline(__always)
  public func service(_ index: ServiceIndex) -> UnsafePointer<ServiceRecord> {
    // Indices are stable across publishes and reused only when no session can name them.
    unsafe UnsafePointer(services + Int(index.rawValue))
  }

  @_noLocks @inlinable @inline(__always)
  public func backend(_ index: RecordIndex) -> UnsafePointer<BackendRecord> {
    unsafe UnsafePointer(backends + Int(index.rawValue))
  }

  /// The backend that an entry names.
  @_noLocks @inlinable @inline(__always)
  public func backend(of entry: SessionEntry) -> UnsafePointer<BackendRecord> {
    unsafe backend(service(entry.service).pointee.record(of: entry.backend))
  }

  /// The same, of an entry of the service that claims a frame: without the service's record.
  @_noLocks @inlinable @inline(__always)
  public func backend(of entry: SessionEntry, _ claim: EndpointClaim) -> UnsafePointer<BackendRecord> {
    // Records have 16 bytes.
    let record = unsafe UnsafeRawPointer(backends) + claim.recordOffset(of: entry)
    return unsafe record.assumingMemoryBound(to: BackendRecord.self)
  }

  @_noLocks @inlinable @inline(__always)
  public func membership(_ index: MembershipIndex) -> Membership {
    unsafe memberships[Int(index.rawValue)]
  }

  /// The backend that a client without a session gets; the same on every instance with the same seed.
  /// Not to be asked of an empty service.
  @_noLocks @inlinable @inline(__always)
  public func choice(of service: UnsafePointer<ServiceRecord>, for client: Endpoint) -> BackendIndex {
    unsafe service.pointee.maglev.backend(for: selectionHash(of: service, for: client))
  }

  /// The backend of the Maglev slot after this one, which becomes `slot`: from slot to slot, another order of backends
  /// for each client. Not to be asked of an empty service.
  @_noLocks
  public func nextChoice(of service: UnsafePointer<ServiceRecord>, after slot: inout UInt32) -> BackendIndex {
    slot = unsafe slot &+ 1 < service.pointee.maglev.count ? slot &+ 1 : 0
    return unsafe service.pointee.maglev.backend(in: slot)
  }

  /// The Maglev slot in which that backend is.
  @_noLocks @inlinable @inline(__always)
  public func maglevSlot(of service: UnsafePointer<ServiceRecord>, for client: Endpoint) -> UInt32 {
    unsafe service.pointee.maglev.slot(for: selectionHash(of: service, for: client))
  }

  @_noLocks @inlinable @inline(__always)
  func selectionHash(of service: UnsafePointer<ServiceRecord>, for client: Endpoint) -> UInt64 {
    unsafe selection(client.packed & service.pointee.selectionMask, tweak: service.pointee.selectionKey)
  }
}

/// What becomes of frames that no service claims.
@frozen
public enum UnmatchedAction: Sendable { case pass, drop }
