import Configuration
import Net
import Testing

@Suite struct DifferenceTests {
  private static let file = """
    hash_seed: 1
    services:
      - { name: web, vip: 10.0.0.1, protocol: tcp, port: 80, backends: [
          { address: "10.0.1.1:80", weight: 5, name: one }, { address: "10.0.1.2:80" }, { address: "10.0.1.3:80" } ] }
      - { name: dns, vip: 10.0.0.2, protocol: all, port: 53, backends: [ 10.0.1.9:53 ] }
      - { name: ntp, vip: 10.0.0.2, protocol: all, port: 123 }

    """

  private let old: Configuration

  init() throws { old = try readAfterPorts(Self.file) }

  @Test func `94: the same configuration differs in nothing, whatever its order`() throws {
    #expect(ConfigurationDifference(from: old, to: old).isEmpty)
    var new = old
    new.services = [old.services[1], old.services[2], old.services[0]]
    new.services[2].backends.reverse()
    let difference = ConfigurationDifference(from: old, to: new)
    #expect(difference.isEmpty)
    #expect(difference.servicesUntouched == 3)
    #expect(difference.backendsRemovedShare == 0)
  }

  @Test func `94: another name is a change, another address is another backend`() throws {
    var new = old
    new.services[0].name = "www"
    new.services[0].whenEmpty = .reject
    new.services[0].backends[0].name = "uno"
    new.services[0].backends[0].weight = 6
    new.services[0].backends[1].isDraining = true
    new.services[0].backends[2].port = 81
    let difference = ConfigurationDifference(from: old, to: new)
    #expect(difference.servicesAdded.isEmpty && difference.servicesRemoved.isEmpty)
    #expect(difference.servicesUntouched == 2)
    let change = try #require(difference.servicesChanged.first)
    #expect(difference.servicesChanged.count == 1)
    #expect(change.identity == old.services[0].identity && change.name == "www")
    #expect(
      change.fields == [
        SettingChange(key: "name", from: "web", to: "www"),
        SettingChange(key: "when_empty", from: "pass", to: "reject"),
      ])
    #expect(change.backendsAdded == [new.services[0].backends[2]])
    #expect(change.backendsRemoved == [old.services[0].backends[2]])
    #expect(change.backendsChanged.map(\.name) == ["uno", "10.0.1.2:80"])
    #expect(
      change.backendsChanged.map(\.fields) == [
        [SettingChange(key: "name", from: "one", to: "uno"), SettingChange(key: "weight", from: "5", to: "6")],
        [SettingChange(key: "drain", from: "false", to: "true")],
      ])
    #expect(difference.backendsRemovedShare == 0.25)
  }

  @Test func `94: another port or protocol is another service`() throws {
    var new = old
    new.services[0].port = 8080
    new.services[1].protocols = .udp
    let difference = ConfigurationDifference(from: old, to: new)
    #expect(difference.servicesAdded == Array(new.services[0...1]))
    #expect(difference.servicesRemoved == Array(old.services[0...1]))
    #expect(difference.backendsRemovedShare == 1)
    // The second service of the address now answers for it.
    #expect(difference.servicesChanged.map(\.name) == ["ntp"])
    #expect(
      difference.servicesChanged.first?.fields == [SettingChange(key: "icmp", from: "false", to: "true")])
  }

  @Test func `58, 94: the order of two services counts where it decides who answers icmp`() {
    var new = old
    new.services.swapAt(1, 2)
    let changes = ConfigurationDifference(from: old, to: new).servicesChanged
    #expect(changes.map(\.name) == ["ntp", "dns"])
    #expect(changes.map { $0.fields.map(\.to) } == [["true"], ["false"]])
  }

  @Test func `a configuration without backends loses none of them`() throws {
    let empty = try readAfterPorts("hash_seed: 1")
    #expect(ConfigurationDifference(from: empty, to: old).backendsRemovedShare == 0)
    #expect(ConfigurationDifference(from: empty, to: old).servicesAdded == old.services)
    #expect(ConfigurationDifference(from: old, to: empty).backendsRemovedShare == 1)
  }

  @Test(arguments: [
    ("unmatched: drop", "unmatched", "pass", "drop"),
    ("sessions: { flood_rate: 0 }", "sessions.flood_rate", "100000", "0"),
    ("sessions: { timeouts: { udp: 30s } }", "sessions.timeouts.udp", "1m", "30s"),
    ("control: { max_removed_share: 1 }", "control.max_removed_share", "0.5", "1.0"),
  ])
  func `94: some settings can change while it runs`(text: String, key: String, from: String, to: String) throws {
    let difference = ConfigurationDifference(from: old, to: try readAfterPorts(Self.file + text))
    #expect(difference.settingsChanged == [SettingChange(key: key, from: from, to: to)])
    #expect(difference.needsRestart == [])
    #expect(!difference.isEmpty && difference.servicesUntouched == 3)
  }

  @Test(
    arguments: [
      ("idle: sleep", "idle", "poll", "sleep"),
      ("sessions: { capacity: 2048 }", "sessions.capacity", "1048576", "2048"),
      ("control: { socket: /s }", "control.socket", "/run/sluice/control.sock", "/s"),
      ("control: { socket_mode: 660 }", "control.socket_mode", "0600", "0660"),
      ("control: { connections: 1 }", "control.connections", "64", "1"),
      ("control: { log_format: json }", "control.log_format", "text", "json"),
      ("control: { metrics: 127.0.0.1:9185 }", "control.metrics", nil, "127.0.0.1:9185"),
      ("dpdk: { worker_lcores: [1, \"2@1\"] }", "dpdk.worker_lcores", "[1]", "[1, 2@1]"),
      ("dpdk: { memory: 1GiB }", "dpdk.memory", "auto", "1GiB"),
    ] as [(String, String, String?, String?)])
  func `94: the other settings need a restart, and are named`(
    text: String, key: String, from: String?, to: String?
  ) throws {
    let difference = ConfigurationDifference(from: old, to: try readAfterPorts(Self.file + text))
    #expect(difference.needsRestart == [SettingChange(key: key, from: from, to: to)])
    #expect(difference.settingsChanged == [])
    #expect(!difference.isEmpty)
  }

  @Test func `94: ports, their order and the seed need a restart`() throws {
    var new = old
    new.hashSeed = nil
    #expect(
      ConfigurationDifference(from: old, to: new).needsRestart == [
        SettingChange(key: "hash_seed", from: "0x1", to: nil)
      ])
    new = old
    new.ports.swapAt(0, 1)
    #expect(
      ConfigurationDifference(from: old, to: new).needsRestart == [
        SettingChange(key: "ports", from: "[frontend, backend]", to: "[backend, frontend]")
      ])
    new = old
    new.ports[0].device = .virtual("net_tap7")
    #expect(
      ConfigurationDifference(from: old, to: new).needsRestart == [
        SettingChange(key: "ports.frontend.device", from: "net_tap0", to: "net_tap7")
      ])
  }

  /// Two configurations differ in something if and only if more than the order differs.
  @Test func `94: no difference goes unnoticed`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random differences: seed \(seed)")
    var random = try RandomConfiguration(seed: seed)
    for _ in 0..<200 {
      let configuration = random.next()
      guard let edited = try? configuration.applying(random.edit(of: configuration)).configuration else { continue }
      let difference = ConfigurationDifference(from: configuration, to: edited)
      #expect(difference.isEmpty == (Self.sorted(configuration) == Self.sorted(edited)))
      let back = ConfigurationDifference(from: edited, to: configuration)
      #expect(Self.sorted(back.servicesAdded) == Self.sorted(difference.servicesRemoved))
      #expect(back.servicesChanged.count == difference.servicesChanged.count)
      #expect(back.servicesUntouched == difference.servicesUntouched)
    }
  }

  private static func sorted(_ configuration: Configuration) -> Configuration {
    var result = configuration
    result.services = sorted(configuration.services)
    return result
  }

  private static func sorted(_ services: [ServiceSettings]) -> [ServiceSettings] {
    let inner = services.map { service in
      var service = service
      service.backends.sort { $0.identity.description < $1.identity.description }
      return service
    }
    return inner.sorted { $0.identity.description < $1.identity.description }
  }
}
