import Configuration
import Net
import Testing

@Suite struct EndpointTests {
  @Test(arguments: [
    (["all:53"], [["10.0.0.1:53 tcp", "10.0.0.1:53 udp", "10.0.0.1 icmp"]]),
    (["icmp:0"], [["10.0.0.1 icmp"]]),
    (["tcp:80", "udp:80"], [["10.0.0.1:80 tcp"], ["10.0.0.1:80 udp"]]),
    // The first of several; an explicit one wins wherever it stands.
    (
      ["all:1", "all:2"],
      [["10.0.0.1:1 tcp", "10.0.0.1:1 udp", "10.0.0.1 icmp"], ["10.0.0.1:2 tcp", "10.0.0.1:2 udp"]]
    ),
    (["all:1", "icmp:0"], [["10.0.0.1:1 tcp", "10.0.0.1:1 udp"], ["10.0.0.1 icmp"]]),
    (["icmp:0", "all:1"], [["10.0.0.1 icmp"], ["10.0.0.1:1 tcp", "10.0.0.1:1 udp"]]),
  ])
  func `57: all claims tcp and udp, and icmp of an address has one service`(
    services: [String], expected: [[String]]
  ) throws {
    let lines = services.map { service in
      let parts = service.split(separator: ":")
      return "- { vip: 10.0.0.1, protocol: \(parts[0]), port: \(parts[1]) }"
    }
    let configuration = try readAfterPorts("services:\n" + lines.joined(separator: "\n"))
    #expect(configuration.endpoints.map { $0.map(\.description) } == expected)
  }

  @Test func `57: icmp is answered for each address by itself`() throws {
    let configuration = try readAfterPorts(
      "services: [ { vip: 10.0.0.1, protocol: all, port: 1 }, { vip: 10.0.0.2, protocol: all, port: 1 } ]")
    #expect(configuration.endpoints.map(\.last?.description) == ["10.0.0.1 icmp", "10.0.0.2 icmp"])
  }

  @Test func `53: a service whose pings Sluice answers claims them, unless another claims icmp`() throws {
    func owner(_ services: String...) throws -> Int? {
      let text = "services: [ " + services.map { "{ vip: 10.0.0.1, \($0) }" }.joined(separator: ", ") + " ]"
      return try readAfterPorts(text).endpoints.firstIndex { $0.contains { $0.description == "10.0.0.1 icmp" } }
    }
    #expect(try owner("protocol: tcp, port: 1") == nil)
    #expect(try owner("protocol: tcp, port: 1", "protocol: tcp, port: 2, echo: self") == 1)
    #expect(try owner("protocol: tcp, port: 1, echo: self_while_usable", "protocol: tcp, port: 2, echo: self") == 0)
    #expect(try owner("protocol: tcp, port: 1, echo: self", "protocol: all, port: 2") == 1)
    #expect(try owner("protocol: tcp, port: 1, echo: self", "protocol: icmp") == 1)
  }

  @Test func `53: who says of pings what another decides is told`() throws {
    let text = """
      services:
      - { vip: 10.0.0.1, protocol: tcp, port: 1, echo: self, backends: [ 10.0.1.1:1 ] }
      - { name: ping, vip: 10.0.0.1, protocol: icmp, backends: [ 10.0.1.1 ] }
      """
    let found = try warnings(about: Fixture.twoPorts + "hash_seed: 1\n" + text).filter { $0.contains("echo") }
    #expect(found.count == 1)
    #expect(
      found.first?.hasSuffix("services[0].echo: pings of 10.0.0.1 belong to ping, and what that one says counts")
        == true)
  }
}
