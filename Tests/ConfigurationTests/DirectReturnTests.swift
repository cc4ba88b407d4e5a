@testable import Configuration
import Net
import Testing

extension Fixture {
  /// A file after the ports whose first service has every key of `dsr`.
  static let directReturn = """
    unmatched: drop
    services:
      - { name: any, mode: dsr, vip: 10.0.0.100, mac: "02:00:00:00:00:64", protocol: tcp, ports: [443, 80], backends: [
          { mac: "02:00:00:00:00:01", address: 10.0.1.1, name: s1 }, "02:00:00:00:00:02", 10.0.1.3, { address: 10.0.1.4, weight: 3 } ] }

    """
}

/// Services of mode `dsr` in files, edits and bodies.
@Suite struct DirectReturnTests {
  private static let ports = "ports:\n  wan: { device: net_tap0, role: both }\n"
  private static func service(_ rest: String) -> String { "- { mode: dsr, vip: 10.0.0.100, \(rest) }" }

  @Test func `63: servers are given by MAC or by address, ports as one, a list or all`() throws {
    let service = try #require(try readAfterPorts(Fixture.directReturn).services.first)
    #expect(service.ports == [80, 443] && service.mac?.description == "02:00:00:00:00:64")
    #expect(
      service.backends.map(\.identity.description) == [
        "02:00:00:00:00:01", "02:00:00:00:00:02", "10.0.1.3", "10.0.1.4",
      ])
    #expect(service.backends.map(\.name) == ["s1", "02:00:00:00:00:02", "10.0.1.3", "10.0.1.4"])
    #expect(service.backends[0].address == IPv4Address(10, 0, 1, 1) && service.backends[3].weight == 3)
    #expect(service.whenEmpty == .drop)
    let all = try readAfterPorts("unmatched: drop\nservices:\n" + Self.service("protocol: all")).services[0]
    #expect(all.hasAnyPort && all.name == "10.0.0.100/all" && all.mac == nil)
  }

  @Test(arguments: ["yaml", "json"])
  func `81: what is written is read again`(_ format: String) throws {
    let configuration = try readAfterPorts(Fixture.directReturn)
    let text = format == "yaml" ? ConfigurationText.yaml(configuration) : ConfigurationText.json(configuration)
    #expect(try read(text).configuration == configuration)
  }

  @Test(
    arguments: [
      (
        service(
          "protocol: tcp, port: 80, backends: [ { mac: \"00:00:00:00:00:00\" }, \"01:00:5e:00:00:01\", { mac: \"ff:ff:ff:ff:ff:ff\" }, { weight: 2 } ]"
        ),
        [
          "6:77: services[0].backends[0].mac: found \"00:00:00:00:00:00\", which no station has, expected a MAC address such as 02:00:00:00:00:64",
          "6:100: services[0].backends[1]: found \"01:00:5e:00:00:01\", expected a MAC address such as 02:00:00:00:00:01, or a unicast IPv4 address such as 10.0.1.2",
          "6:128: services[0].backends[2].mac: found \"ff:ff:ff:ff:ff:ff\", the address of a group, expected a MAC address such as 02:00:00:00:00:64, of one station",
          "6:151: services[0].backends[3].mac: found nothing, expected a MAC address such as 02:00:00:00:00:64, or an address to resolve",
        ]
      ),
      (
        service("protocol: tcp, mac: \"03:00:00:00:00:01\""),
        [
          "6:53: services[0].mac: found \"03:00:00:00:00:01\", the address of a group, expected a MAC address such as 02:00:00:00:00:64, of one station"
        ]
      ),
      (
        service(
          "protocol: tcp, backends: [ \"02:00:00:00:00:01\", { mac: \"02:00:00:00:00:01\" }, { mac: \"02:00:00:00:00:02\", address: 10.0.1.1 }, 10.0.1.1 ]"
        ),
        [
          "6:81: services[0].backends[1]: found 02:00:00:00:00:01, as on line 6, expected each address and port once in a service",
          "6:160: services[0].backends[3]: found 10.0.1.1, as on line 6, expected each address and port once in a service",
        ]
      ),
      (
        service("protocol: tcp, backends: [ 10.0.1.1:80 ]"),
        [
          "6:60: services[0].backends[0]: found \"10.0.1.1:80\", expected a MAC address such as 02:00:00:00:00:01, or a unicast IPv4 address such as 10.0.1.2"
        ]
      ),
      (
        service("protocol: tcp, port: 80, ports: [81]"),
        ["6:65: services[0].ports: found a list of ports beside port, expected one of both"]
      ),
      (
        service("protocol: icmp, ports: [81]"),
        ["6:56: services[0].ports: found a list of ports, expected no ports: ICMP has none"]
      ),
      (
        service("protocol: tcp, ports: []"),
        ["6:55: services[0].ports: found an empty list, expected at least one port, or no list for every port"]
      ),
      (
        service("protocol: tcp, ports: [7, 7]"),
        ["6:59: services[0].ports[1]: found 7 a second time, expected each port once"]
      ),
      (
        service("protocol: tcp, when_empty: pass"),
        [
          "6:60: services[0].when_empty: found pass, expected drop or reject: a dsr service's frames are addressed to this balancer, and nobody else takes them"
        ]
      ),
      (
        service("protocol: tcp, port: 80") + "\n" + service("protocol: tcp, ports: [79, 80]"),
        [
          "7:3: services[1]: found 10.0.0.100:80 tcp, which is already services[0] on line 6, expected one service for each address, port and protocol (all is tcp and udp)"
        ]
      ),
      (
        service("protocol: tcp, mac: \"02:00:00:00:00:01\"") + "\n"
          + service("protocol: udp, mac: \"02:00:00:00:00:02\""),
        [
          "7:53: services[1].mac: found 02:00:00:00:00:02, and another for this VIP in services[0] on line 6, expected one MAC address for each VIP"
        ]
      ),
      (
        service("protocol: tcp, backends: [ 10.0.0.100 ]"),
        [
          "6:60: services[0].backends[0]: found 10.0.0.100:0 tcp, which is services[0] on line 6, expected a server's own address: a service behind a service is a loop"
        ]
      ),
      (
        "- { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ { address: \"10.0.1.1:80\", mac: \"02:00:00:00:00:01\" } ] }",
        [
          "6:88: services[0].backends[0].mac: found a MAC address, expected none: it is for services with mode: dsr"
        ]
      ),
      (
        "- { vip: 10.0.0.1, protocol: tcp, ports: [80] }",
        ["6:42: services[0].ports: found a list of ports, expected port: a list is for services with mode: dsr"]
      ),
    ] as [(String, [String])])
  func `69: what cannot be is refused with its place`(_ services: String, _ expected: [String]) {
    let text = Fixture.twoPorts + "unmatched: drop\nservices:\n" + services
    #expect(complaints(about: text) == expected)
  }

  @Test func `101: unmatched pass is refused with a single port, and where every service is dsr`() throws {
    let dsr = "services:\n" + Self.service("protocol: all")
    #expect(
      complaints(about: Fixture.twoPorts + dsr) == [
        "1:1: unmatched: found pass where every service is dsr, expected drop: there, a frame that crosses is a loop"
      ])
    #expect(
      complaints(about: Self.ports + "unmatched: pass\n" + dsr) == [
        "3:12: unmatched: found pass with a single port (role: both), expected drop: there, a frame that crosses is a loop"
      ])
    #expect(complaints(about: Self.ports + "unmatched: drop\n" + dsr) == [])
    // With a nat service beside it there is traffic to cross.
    let nat = "\n- { vip: 10.0.0.1, protocol: tcp, port: 80 }"
    #expect(complaints(about: Fixture.twoPorts + dsr + nat) == [])
  }

  @Test func `73: a single port takes no nat service, and stands alone`() throws {
    #expect(
      complaints(about: Self.ports + "unmatched: drop\nservices:\n- { vip: 10.0.0.1, protocol: tcp, port: 80 }") == [
        "5:1: services[0].mode: found mode nat with a single port (role: both), expected dsr: replies to a nat service have to"
          + " come back through the balancer, by a port of their own"
      ])
    #expect(
      complaints(about: Fixture.twoPorts + "  wan: { device: net_tap2, role: both }\nunmatched: drop\n") == [
        "4:3: ports: found a port of role both beside 2 others, expected that port alone (one-arm), or a frontend and a backend"
      ])
  }

  @Test func `101: a live change is held against the same`() throws {
    let mixed = try readAfterPorts(
      "services:\n" + Self.service("protocol: all") + "\n- { name: web, vip: 10.0.0.1, protocol: tcp, port: 80 }")
    let refusal = #expect(throws: EditRefusal.self) { try mixed.applying(.removeService("web")) }
    #expect(refusal?.code == "unmatched_pass" && refusal?.field == "unmatched")
    let single = try read(Self.ports + "unmatched: drop\nservices:\n" + Self.service("protocol: all")).configuration
    let web = mixed.services[1]
    #expect(#expect(throws: EditRefusal.self) { try single.applying(.addService(web)) }?.code == "one_arm")
  }

  @Test func `69: backends are added, meant and removed by MAC`() throws {
    var configuration = try readAfterPorts(Fixture.directReturn)
    func apply(_ edit: ConfigurationEdit) throws { configuration = try configuration.applying(edit).configuration }
    let service = configuration.services[0]
    let new = try BodyReader.backend(Array(#""02:00:00:00:00:09""#.utf8), of: service, addressed: nil)
    try apply(.addBackend(service: "any", new))
    #expect(throws: EditRefusal.self) { try apply(.addBackend(service: "any", new)) }
    try apply(.changeBackend(service: "any", backend: "02:00:00:00:00:09", BackendPatch(weight: 7)))
    #expect(configuration.services[0].backends.last?.weight == 7)
    // In the path of a request, with the case of its letters free.
    let put = try BodyReader.backend(Array("{}".utf8), of: service, addressed: "02:00:00:00:00:0A")
    try apply(.putBackend(service: "any", put))
    #expect(configuration.services[0].backends.last?.name == "02:00:00:00:00:0a")
    try apply(.removeBackend(service: "any", backend: "02:00:00:00:00:0a"))
    #expect(configuration.services[0].backends.count == 5)
    // The same host by another name.
    let host = try BodyReader.backend(
      Array(#"{"mac": "02:00:00:00:00:0b", "address": "10.0.1.1"}"#.utf8), of: service, addressed: nil)
    #expect(
      #expect(throws: EditRefusal.self) { try apply(.addBackend(service: "any", host)) }?.code == "backend_exists")
  }

  @Test func `37: affinity, VIP's MAC and ports change in place; another mode is another service`() throws {
    let old = try readAfterPorts(Fixture.directReturn)
    var new = old
    new.services[0].affinity = .sourceIP
    new.services[0].mac = nil
    new.services[0].otherPorts = [8443]
    let change = ConfigurationDifference(from: old, to: new)
    #expect(change.servicesChanged.first?.fields.map(\.key) == ["mac", "ports", "affinity"])
    #expect(change.servicesAdded.isEmpty && change.needsRestart.isEmpty)
    new.services[0].mode = .nat
    #expect(ConfigurationDifference(from: old, to: new).servicesAdded.count == 1)
  }
}
