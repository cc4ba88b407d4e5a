import Configuration
@testable import Control
import Net
import Tables
import Testing

extension TableAssembly {
  /// The first generation of an instance, in tables.
  func tables(for configuration: Configuration, generation: UInt64) throws -> TableSet {
    tables(of: try layOut(configuration, generation: generation, room: 1024).state)
  }
}

@Suite struct TableAssemblyTests {
  /// A configuration of services written as `protocol:port` on one address, each with a backend of its own.
  private func configuration(_ services: [String], seed: Bool = true) throws -> Configuration {
    let lines = services.enumerated().map { index, service in
      let parts = service.split(separator: ":")
      let port = parts[0] == "icmp" ? "" : "port: \(parts[1]), "
      let address = parts[0] == "icmp" ? "10.0.1.\(index + 1)" : "10.0.1.\(index + 1):80"
      return "- { vip: 10.0.0.1, protocol: \(parts[0]), \(port)backends: [ { address: \"\(address)\" } ] }"
    }
    let text = """
      ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
      sessions: { timeouts: { tcp_syn: 1s, tcp_established: 1h, tcp_closing: 3s, udp: 4s, icmp: 5s } }
      \(seed ? "hash_seed: 7" : "")
      services:
      \(lines.joined(separator: "\n"))
      """
    return try ConfigurationReader.read(text: text, file: "f").configuration
  }

  private func tables(_ services: [String]) throws -> TableSet {
    try TableAssembly(hashSeed: 7).tables(for: try configuration(services), generation: 3)
  }

  @Test(arguments: [
    (["all:53"], 0), (["all:1", "all:2"], 0), (["all:1", "icmp:0"], 1), (["icmp:0", "all:1"], 0),
    (["tcp:1", "all:2", "all:3"], 1),
  ])
  func `57, 58: icmp of an address belongs to its icmp service, else to its first all service`(
    services: [String], owner: Int
  ) throws {
    let tables = try tables(services)
    let vip = IPv4Address(10, 0, 0, 1)
    let endpoints = tables.tables.pointee.endpoints
    let echoes = endpoints.claim(of: Endpoint(vip, 0, .icmp))
    #expect(echoes.isService && echoes.service == ServiceIndex(UInt16(owner)))
    // Indices stay those of the file, and each all service keeps both transports with ports.
    for (index, service) in services.enumerated() where service.hasPrefix("all") {
      let port = try #require(service.split(separator: ":").last.flatMap { UInt16($0) })
      for transport in [TransportProtocol.tcp, .udp] {
        let claim = endpoints.claim(of: Endpoint(vip, port, transport))
        #expect(claim.isService && claim.service == ServiceIndex(UInt16(index)))
      }
    }
  }

  @Test func `a service's settings reach its definition`() throws {
    let text = """
      ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
      services:
        - { vip: 10.0.0.1, protocol: udp, port: 53, affinity: source_ip, when_empty: reject, maglev_slots: 65537,
            backends: [ { address: "10.0.1.1:54", weight: 3 }, { address: "10.0.1.2:55", weight: 0 } ] }
        - { vip: 10.0.0.1, protocol: tcp, port: 53, when_empty: drop, backends: [] }
      """
    let configuration = try ConfigurationReader.read(text: text, file: "f").configuration
    let services = try TableAssembly(hashSeed: 7).tables(for: configuration, generation: 3).layouts.map(\.definition)
    #expect(
      services == [
        ServiceDefinition(
          vip: IPv4Address(10, 0, 0, 1), port: 53, transports: [.udp], affinity: .sourceIP, emptyAction: .reject,
          maglevSlots: 65537,
          backends: [
            BackendDefinition(address: IPv4Address(10, 0, 1, 1), port: 54, weight: 3),
            BackendDefinition(address: IPv4Address(10, 0, 1, 2), port: 55, weight: 0),
          ]),
        ServiceDefinition(
          vip: IPv4Address(10, 0, 0, 1), port: 53, transports: [.tcp], emptyAction: .drop, backends: []),
      ])
  }

  @Test func `each phase of each transport has its timeout`() throws {
    let timeouts = try configuration([]).sessions.timeouts
    func seconds(_ transport: TransportProtocol, _ phase: SessionPhase) -> UInt64 {
      TableAssembly.milliseconds(of: timeouts, transport, phase) / 1000
    }
    let phases = [SessionPhase.opening, .answered, .established, .closing]
    #expect(phases.map { seconds(.tcp, $0) } == [1, 1, 3600, 3])
    #expect(phases.map { seconds(.udp, $0) } == [4, 4, 4, 4])
    #expect(phases.map { seconds(.icmp, $0) } == [5, 5, 5, 5])
    #expect([100, 101, 10_000].map { TableAssembly.ticks($0) } == [1, 2, 100])
    #expect(TableAssembly.ticks(7 * 24 * 3600 * 1000) == Tick.longestTimeout)
  }

  @Test func `35: with a seed two instances choose alike, without one they do not`() throws {
    let text = """
      ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
      services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [
        { address: "10.0.1.1:80" }, { address: "10.0.1.2:80" }, { address: "10.0.1.3:80" } ] } ]
      """
    let pool = try ConfigurationReader.read(text: text, file: "f").configuration
    func choices(_ assembly: TableAssembly) throws -> [BackendIndex] {
      let set = try assembly.tables(for: pool, generation: 1)
      let tables = set.tables.pointee
      return (0..<200).map { client in
        tables.choice(of: tables.service(ServiceIndex(0)), for: Endpoint(IPv4Address(1, 2, 3, 4), client, .tcp))
      }
    }
    #expect(try choices(TableAssembly(hashSeed: 7)) == choices(TableAssembly(hashSeed: 7)))
    #expect(try choices(TableAssembly(hashSeed: 7)) != choices(TableAssembly(hashSeed: 8)))
    #expect(try choices(TableAssembly(hashSeed: nil)) != choices(TableAssembly(hashSeed: nil)))
    let unseeded = TableAssembly(hashSeed: nil)
    #expect(try choices(unseeded) == choices(unseeded))
  }

  @Test func `unmatched and the generation reach the tables`() throws {
    var settings = try configuration(["tcp:80"])
    settings.unmatched = .drop
    let set = try TableAssembly(hashSeed: nil).tables(for: settings, generation: 12)
    #expect(set.tables.pointee.dropsUnmatched)
    #expect(set.tables.pointee.generation == 12)
  }
}
