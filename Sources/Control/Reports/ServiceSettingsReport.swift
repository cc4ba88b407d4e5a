import Configuration

/// A service as the configuration has it, every key with its value: what `PUT /v1/services/{name}` takes
/// (behaviour 81).
public struct ServiceSettingsReport: Codable, Equatable, Sendable {
  /// One server.
  public struct Backend: Codable, Equatable, Sendable {
    /// A label.
    public var name: String
    /// `address:port`, or the address alone for ICMP and in `dsr` services; absent where only the MAC address is given.
    public var address: String?
    /// The MAC address that is given in a `dsr` service.
    public var mac: String?
    /// Share of new sessions.
    public var weight: UInt32
    /// Whether it takes no new sessions, whatever its weight.
    public var drain: Bool
    /// Whether it is used only while no other backend is up.
    public var backup: Bool
    /// Where its check differs from the service's; absent: nowhere.
    public var health: CheckReport?

    init(_ settings: BackendSettings) {
      name = settings.name
      address = settings.host?.description
      mac = settings.mac?.description
      weight = settings.weight
      drain = settings.isDraining
      backup = settings.isBackup
      health = settings.check.map(CheckReport.init)
    }
  }

  /// A label.
  public var name: String
  /// What is rewritten.
  public var mode: String
  /// The address that clients know.
  public var vip: String
  /// The VIP's own MAC address, of a `dsr` service that has one.
  public var mac: String?
  /// `tcp`, `udp`, `icmp` or `all`.
  public var `protocol`: String
  /// Absent for ICMP, and where there are several or all.
  public var port: UInt16?
  /// Where there are several; absent else.
  public var ports: [UInt16]?
  /// What chooses a new session's backend.
  public var affinity: String
  /// With `source_ip`: for how long after its last new session a client keeps its server, such as `10m`.
  public var affinityTimeout: String
  /// What a packet gets when no backend takes sessions.
  public var whenEmpty: String
  /// What the sessions of a killed backend get.
  public var onKill: String
  /// Who answers pings of the VIP: `backend`, `self` or `self_while_usable`.
  public var echo: String
  /// Slots of the Maglev table.
  public var maglevSlots: Int
  /// How its backends are watched; absent: they are not.
  public var health: HealthSettingsReport?
  /// In the order of the configuration.
  public var backends: [Backend]

  init(_ settings: ServiceSettings) {
    name = settings.name
    mode = settings.mode.rawValue
    vip = settings.vip.description
    mac = settings.mac?.description
    `protocol` = settings.protocols.rawValue
    port = settings.port == 0 || !settings.otherPorts.isEmpty ? nil : settings.port
    ports = settings.otherPorts.isEmpty ? nil : settings.ports
    affinity = settings.affinity.rawValue
    affinityTimeout = settings.affinityTimeoutText
    whenEmpty = settings.whenEmpty.rawValue
    onKill = settings.onKill.rawValue
    echo = settings.echo.rawValue
    maglevSlots = settings.maglevSlots
    health = settings.health.map(HealthSettingsReport.init)
    backends = settings.backends.map(Backend.init)
  }
}
