import Configuration
import Net

/// Random configurations out of a small world, so that names and addresses often meet.
struct RandomConfiguration {
  private var random: SplitMix64
  private let service: ServiceSettings
  private let backend: BackendSettings
  private let configuration: Configuration

  init(seed: UInt64) throws {
    random = SplitMix64(state: seed)
    configuration = try readAfterPorts(
      "source_rewrite: [ { from: 10.7.0.0/16, to: 10.8.0.0/16 } ]\n"
        + "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: {}, backends: [ 10.0.1.1:80 ] } ]")
    service = configuration.services[0]
    backend = service.backends[0]
  }

  /// One that no file could be refused for.
  mutating func next() -> Configuration {
    while true {
      let candidate = any()
      // Only services may be wrong: a writer that spoils other settings must not go unnoticed.
      var simple = configuration
      simple.services = candidate.services
      if (try? read(ConfigurationText.yaml(simple))) != nil { return candidate }
    }
  }

  /// A change of `configuration`, most likely of something that is there, and often a wrong one.
  mutating func edit(of configuration: Configuration) -> ConfigurationEdit {
    let known = configuration.services.randomElement(using: &random)
    let name = chance(10) ? "nobody" : known?.name ?? "nobody"
    let reference = backendReference(known)
    return switch Int.random(in: 0..<8, using: &random) {
    case 0: .addService(anyService())
    case 1: .putService(chance(2) ? anyService() : changed(known ?? anyService()))
    case 2: .removeService(name)
    case 3: .replaceBackends(service: name, anyBackends(of: known?.protocols ?? .tcp))
    case 4: .addBackend(service: name, anyBackend(of: known?.protocols ?? .tcp))
    case 5: .putBackend(service: name, anyBackend(of: known?.protocols ?? .tcp))
    case 6: .changeBackend(service: name, backend: reference, anyPatch())
    default: .removeBackend(service: name, backend: reference)
    }
  }

  private mutating func any() -> Configuration {
    var result = configuration
    result.unmatched = pick([.pass, .drop])
    result.idle = pick([.poll, .sleep])
    result.hashSeed = pick([nil, 0, 0x5eed, UInt64.max])
    result.dpdk.memory = pick([.automatic, .bytes(64 << 20), .bytes(3 << 30)])
    result.dpdk.ealArguments = pick([[], [Self.oddText], ["-n4", "--x='a\"b'", "{}[]#&*!|>%@`,:?-"]])
    result.control.socket = pick(["/s", "/tmp/a b\(Self.oddText)", "/#:- \"'\\"])
    result.control.socketMode = pick([0o600, 0o660, 0o007, 0])
    result.control.socketGroup = pick([nil, "1000", "null", "no.group_-"])
    result.control.metrics = pick([nil, configuration.control.metrics])
    result.control.maxRemovedShare = pick([0, 1, 0.5, 0.0001, 0.9999])
    result.control.logFormat = pick(LogFormat.allCases)
    result.sessions.floodRate = pick([0, 1, 100_000, 100_000_000])
    result.sessions.timeouts.udp = pick([100, 1000, 90_000, 3_600_000, 604_800_000, 86_400_100])
    result.ports[0].name = pick(["frontend", "null", "-", "---", "...", "7", "true", "1e3", "_"])
    result.ports[0].vlan = pick(PortSettings.VLAN.allCases)
    result.ports[0].ip = pick([nil, IPv4Prefix("10.0.0.0/24"), IPv4Prefix("10.0.0.1"), IPv4Prefix("0.0.0.0/0")])
    result.sourceRewrites = pick([[], configuration.sourceRewrites])
    result.services = (0..<Int.random(in: 0...4, using: &random)).map { _ in anyService() }
    return result
  }

  private mutating func anyService() -> ServiceSettings {
    var result = service
    result.protocols = pick(ServiceSettings.Protocols.allCases)
    result.vip = IPv4Address(10, 0, 0, pick([1, 2, 3]))
    result.port = chance(20) ? pick([0, 80]) : result.protocols == .icmp ? 0 : pick([80, 81])
    result.name = chance(2) ? pick(Self.names) : result.identity.description
    result.affinity = pick(ServiceSettings.Affinity.allCases)
    result.affinityTimeout = pick([100, 90_000, 600_000])
    result.whenEmpty = pick(ServiceSettings.WhenEmpty.allCases)
    result.onKill = pick(ServiceSettings.OnKill.allCases)
    result.echo = pick(ServiceSettings.Echo.allCases)
    result.maglevSlots = chance(30) ? 1000 : pick([16381, 65537, 131_071])
    result.health = chance(2) ? anyHealth() : nil
    result.backends = anyBackends(of: result.protocols)
    return result
  }

  private mutating func changed(_ service: ServiceSettings) -> ServiceSettings {
    var result = anyService()
    result.name = service.name
    return result
  }

  private mutating func anyBackends(of protocols: ServiceSettings.Protocols) -> [BackendSettings] {
    (0..<Int.random(in: 0...3, using: &random)).map { _ in anyBackend(of: protocols) }
  }

  private mutating func anyBackend(of protocols: ServiceSettings.Protocols) -> BackendSettings {
    var result = backend
    result.address = chance(20) ? IPv4Address(10, 0, 0, 1) : IPv4Address(10, 0, 1, pick([1, 2, 3, 4]))
    result.port = chance(20) ? pick([0, 80]) : protocols == .icmp ? 0 : pick([80, 8080])
    result.weight = chance(20) ? 65536 : pick([0, 1, 10, 65535])
    result.isDraining = chance(4)
    result.isBackup = chance(4)
    result.check = chance(6) ? anyOverrides() : nil
    result.name = chance(2) ? pick(Self.names) : result.identity.description
    return result
  }

  private mutating func anyHealth() -> HealthSettings? {
    guard var health = service.health else { return nil }
    health.check = health.check.overridden(by: anyOverrides())
    health.onDown = pick(HealthSettings.OnDown.allCases)
    health.failOpen = chance(20) ? 101 : pick([0, 1, 100])
    health.slowStart = pick([0, 50, 3_600_000])
    health.damping = pick([0, 60_000])
    health.passive.isOn = chance(2)
    health.passive.window = pick([2000, 61_000, 600_000])
    health.passive.sample = chance(20) ? 0 : pick([1, 1_000_000])
    health.passive.failures = pick([0, 0.25, 1])
    health.passive.ejected = pick([0, 0.0001, 1])
    health.passive.retry = pick([0, 30_000])
    return health
  }

  private mutating func anyOverrides() -> CheckOverrides {
    var check = CheckOverrides.nothing
    check.kind = pick([nil, .tcp, .http, .udp, .icmp, .dns, CheckSettings.Kind.none])
    check.address = pick([nil, IPv4Address(10, 9, 0, 1)])
    check.port = pick([nil, 1, 65535])
    check.interval = pick([nil, 50, 60_000])
    check.fastInterval = chance(20) ? 1 : pick([nil, 100])
    check.timeout = pick([nil, 1500])
    check.rise = pick([nil, 1, 100])
    check.fall = chance(20) ? 101 : nil
    check.jitter = pick([nil, 0, 1, 0.0001])
    check.method = pick([nil, .head, .options])
    check.path = pick([nil, "/", "/#:'\"\\"])
    check.host = pick([nil, "null", "1e3", "a:80"])
    check.status = pick([nil, StatusRange(first: 204, last: 204)])
    check.body = pick([nil, " ", "true", "~", "\"'\\"])
    check.send = pick([nil, "0x1F"])
    check.expect = pick([nil, "- a"])
    check.query = pick([nil, "example.org", "null"])
    return check
  }

  private mutating func anyPatch() -> BackendPatch {
    BackendPatch(
      weight: pick([nil, 0, 7, 65536]), name: chance(3) ? pick(Self.names) : nil, drain: pick([nil, true, false]),
      backup: pick([nil, true, false]))
  }

  private mutating func backendReference(_ service: ServiceSettings?) -> String {
    guard let backend = service?.backends.randomElement(using: &random), !chance(10) else { return pick(Self.names) }
    return chance(2) ? backend.name : backend.identity.description
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  /// What YAML might take for something else; also the address of a backend, and what no name may be.
  private static let names = [
    "web", "null", "Null", "true", "no", "-", "--", "---", "...", ":", "::", "a:", "0x1F", "1e3", "0777", ".5", "10:30",
    "10.0.1.1:80", "10.0.1.2", "10.0.0.1:80/tcp", "2026-01-01", "/", "a/b", "a b", "", "é",
  ]

  /// What a text may hold and a writer may stumble over.
  private static let oddText = "\u{202E}\u{FEFF}\u{200B}\u{E000}é💥\\\"'*&%#\u{FFFD}\u{E0001}"
}
