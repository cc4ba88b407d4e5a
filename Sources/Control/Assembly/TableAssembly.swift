import Configuration
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

  /// One generation of tables. Takes the time that populating the Maglev tables takes; off the packet path.
  public func tables(for configuration: Configuration, generation: UInt64) -> TableSet {
    TableSet(
      generation: generation, services: Self.services(of: configuration),
      unmatched: configuration.unmatched == .pass ? .pass : .drop, rules: Self.rules(of: configuration), keys: keys)
  }

  /// The services in the order of the file, which is that of their indices. Each endpoint is claimed once:
  /// ICMP by its own service, otherwise by the first `all` service of the address (behaviours 57 and 58).
  public static func services(of configuration: Configuration) -> [ServiceDefinition] {
    zip(configuration.services, configuration.endpoints).map { service, endpoints in
      ServiceDefinition(
        vip: service.vip, port: service.port, transports: Set(endpoints.map(\.transport)),
        affinity: service.affinity == .session ? .session : .sourceIP, emptyAction: emptyAction(of: service.whenEmpty),
        maglevSlots: service.maglevSlots,
        backends: service.backends.map { BackendDefinition(address: $0.address, port: $0.port, weight: $0.weight) })
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
    return SessionRules { ticks(milliseconds(of: timeouts, $0, $1)) }
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
