@testable import Configuration
import Net
import Testing

/// By which way the servers of `dsr` services are asked, and which cannot be.
@Suite struct CheckRouteTests {
  private static let twin = "kernel: { name: tw, address: 10.0.0.250/24 }"

  private func read(_ twin: String, _ services: String) throws(ConfigurationErrors) -> CheckedConfiguration {
    try ConfigurationReader.read(
      text: """
        unmatched: drop
        hash_seed: 1
        ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1, \(twin) } }
        services:
        \(services)
        """, file: "f")
  }

  private func service(_ settings: String, backends: String = "{ mac: \"02:00:00:00:50:01\" }") -> String {
    "  - { name: any, mode: dsr, vip: 10.0.0.100, \(settings), backends: [ \(backends) ] }"
  }

  @Test(
    arguments: [
      ("protocol: tcp, port: 80, health: {}", true), ("protocol: tcp, ports: [80, 443], health: { port: 443 }", true),
      ("protocol: tcp, port: 80, health: { port: 81 }", false), ("protocol: udp, port: 53, health: {}", false),
      ("protocol: udp, port: 53, health: { type: dns, query: a }", true),
      ("protocol: all, health: { type: http, port: 8080 }", true), ("protocol: all, health: { type: icmp }", true),
      ("protocol: icmp, health: { type: icmp }", true), ("protocol: tcp, port: 80, health: { type: icmp }", false),
      ("protocol: tcp, port: 80, echo: self, health: { type: icmp }", true),
      ("protocol: tcp, port: 80, health: { type: none }", nil),
      ("protocol: tcp, port: 80, health: { address: 10.9.0.1 }", nil),
    ] as [(String, Bool?)])
  func `70: a check goes to the VIP where the service claims it, else to an address, if there is one`(
    settings: String, isPossible: Bool?
  ) throws {
    let byMAC = service(settings)
    let byAddress = service(settings, backends: "10.0.0.1")
    guard let isPossible else {
      // Nobody is asked, or somebody else: no server's address is needed.
      #expect(try read(Self.twin, byMAC).warnings.isEmpty && read("", byMAC).warnings.isEmpty)
      return
    }
    let (told, asked) = (try? read(Self.twin, byMAC), try read(Self.twin, byAddress))
    #expect((told != nil) == isPossible)
    #expect(asked.warnings.contains { $0.message.contains("accept 10.0.0.100") } == !isPossible)
    let routes = CheckRoutes(asked.configuration)
    let check = try #require(asked.configuration.services[0].health).check
    #expect(routes.goesToVIP(check, of: 0) == isPossible)
    #expect(throws: ConfigurationErrors.self) { try read("", byMAC) }
    #expect(try read("", byAddress).warnings.contains { $0.message.contains("with 'kernel'") })
  }

  @Test func `70: a refusal names the server and the remedy, and a backend's own check counts`() throws {
    let backends = #"{ name: one, mac: "02:00:00:00:50:01", health: { type: none } }, "02:00:00:00:50:02""#
    let refusal = #expect(throws: ConfigurationErrors.self) {
      try read("", service("protocol: tcp, port: 80, health: {}", backends: backends))
    }
    let error = try #require(refusal?.errors.first)
    #expect(error.keyPath == "services[0].health" && error.found.contains("\"02:00:00:00:50:02\""))
    #expect(error.expected.hasPrefix("'kernel' at the port that faces servers"))
  }

  @Test func `70: two services of one VIP: pings are one's`() throws {
    let configuration = try read(
      Self.twin,
      """
        - { name: a, mode: dsr, vip: 10.0.0.100, protocol: all, port: 80, health: { type: icmp }, backends: [10.0.0.1] }
        - { name: b, mode: dsr, vip: 10.0.0.100, protocol: all, port: 81, health: { type: icmp }, backends: [10.0.0.2] }
      """
    ).configuration
    let routes = CheckRoutes(configuration)
    let check = try #require(configuration.services[0].health).check
    #expect(routes.goesToVIP(check, of: 0) && !routes.goesToVIP(check, of: 1))
  }

  @Test func `78: what is added while it runs has the address of no kernel twin`() throws {
    let configuration = try read(Self.twin, service("protocol: tcp, port: 80")).configuration
    var new = configuration.services[0]
    new.name = "new"
    new.vip = IPv4Address(10, 0, 0, 250)
    let vip = #expect(throws: EditRefusal.self) { try configuration.applying(.addService(new)) }
    #expect(vip?.code == "address_taken" && vip?.field == "vip")
    var backend = configuration.services[0].backends[0]
    (backend.mac, backend.address, backend.name) = (nil, IPv4Address(10, 0, 0, 250), "kernel")
    let server = #expect(throws: EditRefusal.self) { try configuration.applying(.addBackend(service: "any", backend)) }
    #expect(server?.code == "address_taken" && server?.message.contains("port backend") == true)
    var unasked = try read("", service("protocol: tcp, port: 80, health: {}", backends: "10.0.0.1")).configuration
    backend = configuration.services[0].backends[0]
    let check = #expect(throws: EditRefusal.self) { try unasked.applying(.addBackend(service: "any", backend)) }
    #expect(check?.code == "unreachable_check" && check?.field == "health")
    unasked.services[0].health = nil
    #expect(try unasked.applying(.addBackend(service: "any", backend)).configuration.services[0].backends.count == 2)
  }
}
