import Configuration
import Net
import Testing

/// What `ConfigurationText` writes, the reader reads as the same.
@Suite struct TextTests {
  @Test func `81: a configuration that is written and read is the same`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("random configurations: seed \(seed)")
    var random = try RandomConfiguration(seed: seed)
    for _ in 0..<300 {
      let configuration = random.next()
      let text = ConfigurationText.yaml(configuration)
      #expect(try read(text).configuration == configuration)
      #expect(try ConfigurationText.yaml(read(text).configuration) == text)
      #expect(try read(ConfigurationText.json(configuration)).configuration == configuration)
    }
  }

  @Test func `81: the sample file survives being written`() throws {
    let configuration = try ConfigurationReader.read(path: ProjectFile.sample.path).configuration
    #expect(try read(ConfigurationText.yaml(configuration)).configuration == configuration)
  }

  @Test(arguments: ConfigurationKeys.all.map(\.path))
  func `81: every key is written`(path: String) throws {
    let file = try ConfigurationReader.read(path: ProjectFile.sample.path)
    var configuration = file.configuration
    configuration.ports[0].ip = IPv4Prefix("10.0.0.0/24")
    configuration.control.socketGroup = "ops"
    configuration.control.metrics = try readAfterPorts("control: { metrics: 127.0.0.1:9185 }").control.metrics
    let check = try #require(
      try readAfterPorts(
        """
        services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, health: { type: tcp }, backends: [ { address: "10.0.1.1:80",
          health: { type: dns, address: 10.9.1.2, port: 1, interval: 1s, fast_interval: 1s, timeout: 1s, rise: 1, fall: 1,
            jitter: 0, method: GET, path: /, host: a, status: 200, body: b, send: s, expect: e, query: q } } ] } ]
        """
      ).services[0].backends[0].check)
    configuration.services[0].health = configuration.services[0].health.map { health in
      var health = health
      health.check = health.check.overridden(by: check)
      return health
    }
    configuration.services[0].backends[0].check = check
    configuration.ports[0].arpSource = IPv4Address(10, 0, 1, 251)
    configuration.ports[0].kernel =
      try read(
        """
        ports:
          frontend: { device: net_tap0, kernel: { name: twin, address: 10.0.1.250/24 } }
          backend: { device: net_tap1 }

        """
      ).configuration.ports[0].kernel
    if path.hasSuffix(".mac") || path.hasSuffix(".ports") {
      // Keys of `dsr` services.
      configuration.services = try readAfterPorts(Fixture.directReturn).services
    }
    let tree = try SourceTree.parse(ConfigurationText.yaml(configuration), file: "f")
    let value = path.split(separator: ".").reduce(tree) { (value: SourceValue?, step) in
      if step == "*" { return value?.entries.first?.value }
      let inner = value?[step.hasSuffix("[]") ? String(step.dropLast(2)) : String(step)]
      return step.hasSuffix("[]") ? inner?.items.first : inner
    }
    #expect(value != nil)
  }

  @Test func `a file is written the way one would write it`() throws {
    let configuration = try read(
      Fixture.twoPorts + """
        hash_seed: 0x5eed
        dpdk: { worker_lcores: [ 1, "2@1" ], memory: 2GiB, eal_args: [ "--log-level=lib.eal:8" ] }
        services:
          - { vip: 10.0.0.1, protocol: tcp, port: 80, name: web, backends: [ 10.0.1.1:80, { address: "10.0.1.2:80", name: b } ] }
          - { vip: 10.0.0.1, protocol: icmp }
        """
    ).configuration
    #expect(ConfigurationText.yaml(configuration) == Self.written)
  }

  private static let written = """
    dpdk:
      main_lcore: 0
      worker_lcores: [1, "2@1"]
      hugepages: auto
      memory: 2GiB
      capture: false
      eal_args: ["--log-level=lib.eal:8"]
    ports:
      frontend: { device: "net_tap0", role: frontend, vlan: balance }
      backend: { device: "net_tap1", role: backend, vlan: balance }
    unmatched: pass
    control:
      socket: "/run/sluice/control.sock"
      socket_mode: "0600"
      connections: 64
      max_removed_share: 0.5
      log_format: text
    hash_seed: 0x5eed
    idle: poll
    sessions:
      capacity: 1048576
      flood_rate: 100000
      timeouts: { tcp_syn: 10s, tcp_established: 1h, tcp_closing: 10s, udp: 1m, icmp: 10s }
    fragments:
      datagrams: 1024
      held: 256
      per_client: 64
      timeout: 2s
    services:
      - name: "web"
        mode: nat
        vip: 10.0.0.1
        protocol: tcp
        port: 80
        affinity: session
        affinity_timeout: 10m
        when_empty: pass
        on_kill: reselect
        echo: backend
        maglev_slots: 16381
        backends:
          - { address: "10.0.1.1:80", weight: 1, drain: false, backup: false }
          - { address: "10.0.1.2:80", weight: 1, drain: false, name: "b", backup: false }
      - mode: nat
        vip: 10.0.0.1
        protocol: icmp
        affinity: session
        affinity_timeout: 10m
        when_empty: pass
        on_kill: reselect
        echo: backend
        maglev_slots: 16381
        backends: []

    """
}
