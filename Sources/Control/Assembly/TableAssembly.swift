import Configuration
import Foundation
import Net
import Tables

/// Turns a checked configuration into the tables that workers see.
///
/// One per instance: the keys stay the same through every generation, so that an unchanged service keeps
/// its choices.
public struct TableAssembly: Sendable {
  /// What all generations of this instance share.
  public let keys: TableSet.Keys

  /// The purpose under which `KeyedHash` derives the selection key from a seed.
  static let selectionPurpose: UInt64 = 1

  /// - Parameter hashSeed: the configured seed, which makes instances agree; nil: a key that nobody knows.
  public init(hashSeed: UInt64?) {
    // Only the choice of backends has to agree between instances; the lookup key is never shared.
    keys = TableSet.Keys(
      selection: hashSeed.map { KeyedHash(seed: $0, purpose: Self.selectionPurpose) } ?? .random(), lookup: .random())
  }

  /// What `layOut` makes.
  struct Plan {
    var state: RunningState
    /// Slots of counters that no backend had in the generation before.
    var freshSlots: [BackendSlot]
  }

  /// Lays out the generation after `previous`; nothing is published, and nothing of what runs is touched. Takes
  /// the time that populating the Maglev tables of changed pools takes; off the packet path.
  ///
  /// - Parameters are those of `Succession`.
  func layOut(
    _ configuration: Configuration, generation: UInt64, after previous: RunningState? = nil,
    kills: Set<ServedBackend> = [], conditions: BackendConditions = [:], neighbours: [IPv4Address: MACAddress] = [:],
    room: Int, isUnused: ((BackendSlot) -> Bool)? = nil
  ) throws(PublishError) -> Plan {
    var succession = Succession(
      after: previous, kills: kills, conditions: conditions, neighbours: neighbours, room: room,
      selection: keys.selection, isUnused: isUnused)
    let (services, leaving) = try succession.layOut(configuration)
    return Plan(
      state: RunningState(
        configuration: configuration, generation: generation, publishedAt: Date(), services: services,
        leavingServices: leaving),
      freshSlots: succession.freshSlots)
  }

  /// The tables of a generation that is laid out.
  func tables(of state: RunningState) -> TableSet {
    let rate = state.configuration.sessions.floodRate
    return TableSet(
      generation: state.generation, layouts: (state.services + state.leavingServices).map(\.layout),
      unmatched: state.configuration.unmatched == .pass ? .pass : .drop, rules: Self.rules(of: state.configuration),
      keys: keys, addresses: Self.addresses(of: state.configuration),
      sourceRewrites: state.configuration.sourceRewrites.map { SourceRewrite(from: $0.from, to: $0.to) },
      floodLimit: rate == 0 ? .max : UInt32(rate))
  }

  /// What ARP packets are looked at for: the VIPs that clients ask for, and the servers of `dsr` services that are known by
  /// address alone.
  static func addresses(of configuration: Configuration) -> [KnownAddress] {
    let vips = configuration.services.filter(\.answersARP).map {
      KnownAddress($0.vip, mac: $0.mac ?? .zero, answersClients: true)
    }
    let servers = configuration.services.filter { $0.mode == .dsr }.flatMap(\.backends).filter { $0.mac == nil }
    return vips + servers.map { KnownAddress($0.address, isNeighbour: true) }
  }

  /// A service as tables know it. Each endpoint is claimed once: ICMP by its own service, otherwise by the first
  /// `all` service of the address (behaviours 57 and 58).
  ///
  /// - Parameters:
  ///   - pool: which backends take sessions, and with what weight.
  ///   - transports: those that it claims.
  ///   - neighbours: what the addresses of `dsr` backends resolve to.
  static func definition(
    of service: ServiceSettings, _ pool: PoolPlan, transports: Set<TransportProtocol>,
    neighbours: [IPv4Address: MACAddress] = [:]
  ) -> ServiceDefinition {
    var definition = ServiceDefinition(
      vip: service.vip, port: service.port, transports: transports,
      affinity: service.affinity == .session ? .session : .sourceIP, emptyAction: emptyAction(of: service.whenEmpty),
      maglevSlots: service.maglevSlots,
      backends: zip(service.backends, pool.seats).map { settings, seat in
        backend(settings, weight: seat.weight, of: service.mode, neighbours)
      })
    definition.affinityTimeout = ticks(service.affinityTimeout)
    definition.echoAction = echoAction(of: service.echo)
    definition.isObserved = service.isObserved
    guard service.mode == .dsr else { return definition }
    definition.isByMAC = true
    definition.otherPorts = service.otherPorts
    definition.vipMAC = service.mac ?? .zero
    return definition
  }

  /// A backend as tables know it. That of a `dsr` service is known by its MAC address if that is configured, else by
  /// its address, which takes no sessions until it is resolved.
  private static func backend(
    _ settings: BackendSettings, weight: UInt32, of mode: ServiceSettings.Mode,
    _ neighbours: [IPv4Address: MACAddress]
  ) -> BackendDefinition {
    switch mode {
    case .nat: return BackendDefinition(address: settings.address, port: settings.port, weight: weight)
    case .dsr:
      if let mac = settings.mac { return BackendDefinition(mac: mac, weight: weight) }
      return BackendDefinition(address: settings.address, mac: neighbours[settings.address], weight: weight)
    }
  }

  private static func echoAction(of setting: ServiceSettings.Echo) -> EchoAction {
    switch setting {
    case .backend: .backend
    case .itself: .itself
    case .itselfWhileUsable: .itselfWhileUsable
    }
  }

  private static func emptyAction(of setting: ServiceSettings.WhenEmpty) -> EmptyAction {
    switch setting {
    case .pass: .pass
    case .drop: .drop
    case .reject: .reject
    }
  }

  /// The rules of session states; the table set that gets them owns their memory.
  static func rules(of configuration: Configuration) -> SessionRules {
    let timeouts = configuration.sessions.timeouts
    // Also of services that remember nothing now: what they know still counts when they do again.
    let affinity = configuration.services.map { ticks($0.affinityTimeout) }.max() ?? 0
    return SessionRules(affinity: affinity) { ticks(milliseconds(of: timeouts, $0, $1)) }
  }

  /// How long a session of a transport may idle in a phase.
  static func milliseconds(
    of timeouts: SessionTimeouts, _ transport: TransportProtocol, _ phase: SessionPhase
  ) -> UInt64 {
    switch (transport, phase) {
    case (.udp, _): timeouts.udp
    case (.icmp, _): timeouts.icmp
    case (.tcp, .established): timeouts.tcpEstablished
    case (.tcp, .closing): timeouts.tcpClosing
    case (.tcp, _): timeouts.tcpSyn
    }
  }

  /// Ticks that are at least as long.
  static func ticks(_ milliseconds: UInt64) -> UInt32 {
    UInt32((milliseconds + Tick.milliseconds - 1) / Tick.milliseconds)
  }
}
