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
}
