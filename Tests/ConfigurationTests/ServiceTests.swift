import Configuration
import Net
import Testing

@Suite struct ServiceTests {
  @Test(arguments: [
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: icmp, port: 80 }",
      "5:42: services[0].port: found 80, expected no port: ICMP has none"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: icmp, backends: [ \"10.0.1.2:80\" ] }",
      "5:48: services[0].backends[0]: found \"10.0.1.2:80\", "
        + "expected a unicast IPv4 address such as 10.0.1.2, without a port: ICMP has none"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80 }\n- { vip: 10.0.0.1, protocol: tcp, port: 80 }",
      "6:3: services[1]: found 10.0.0.1:80 tcp, which is already services[0] on line 5, \(Expected.own)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: udp, port: 80 }\n- { vip: 10.0.0.1, protocol: all, port: 80 }",
      "6:3: services[1]: found 10.0.0.1:80 udp, which is already services[0] on line 5, \(Expected.own)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: icmp }\n- { vip: 10.0.0.1, protocol: icmp }",
      "6:3: services[1]: found 10.0.0.1 icmp, which is already services[0] on line 5, \(Expected.own)"),
    Fixture(
      "services:\n- { name: a, vip: 10.0.0.1, protocol: tcp, port: 80 }\n- { name: a, vip: 10.0.0.1, protocol: tcp, port: 81 }",
      "6:11: services[1].name: found \"a\", the name of services[0] on line 5, expected a name of its own"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.1.2:80, { address: \"10.0.1.2:80\" } ] }",
      "5:70: services[0].backends[1]: found 10.0.1.2:80, as on line 5, expected each address and port once in a service"
    ),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.1.2:80, "
        + "{ address: \"10.0.1.2:81\", name: \"10.0.1.2:80\" } ] }",
      "5:70: services[0].backends[1]: found the name \"10.0.1.2:80\", as on line 5, expected each name once in a service"
    ),
  ])
  func `78: duplicates, and a port of ICMP, are errors`(fixture: Fixture) {
    check(fixture)
  }

  @Test(arguments: [
    Fixture("services:\n- { vip: 10.0.0.1, protocol: tcp }", "5:3: services[0].port: found nothing, \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 0 }", "5:41: services[0].port: found 0, \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: all, port: 65536 }",
      "5:41: services[0].port: found 65536, \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: http }",
      "5:41: services[0].port: found \"http\", \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 10:30 }",
      "5:41: services[0].port: found \"10:30\", \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 0o17 }",
      "5:41: services[0].port: found \"0o17\", \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: sctp, port: 10:30 }",
      "5:30: services[0].protocol: found \"sctp\", expected tcp, udp, icmp or all",
      "5:42: services[0].port: found \"10:30\", \(Expected.port)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80, mode: snat }",
      "5:51: services[0].mode: found \"snat\", which is not built yet, expected nat or dsr"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80, maglev_slots: 1000 }",
      "5:59: services[0].maglev_slots: found 1000, expected 16381, 65537 or 131071"),
    Fixture(
      "services:\n- { name: a b, vip: 10.0.0.1, protocol: tcp, port: 80 }",
      "5:11: services[0].name: found \"a b\", expected 1 to 64 characters out of A-Z, a-z, 0-9 and ._:/-"),
    Fixture(
      "services:\n- 5\n-",
      "5:3: services[0]: found 5, expected a mapping of keys to values",
      "6:2: services[1].vip: found nothing, expected a unicast IPv4 address such as 203.0.113.10",
      "6:2: services[1].protocol: found nothing, expected tcp, udp, icmp or all"),
    Fixture("services: { web: 1 }", "4:11: services: found a mapping, expected a list of services"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.1.2, { weight: 65536 }, [] ] }",
      "5:57: services[0].backends[0]: found \"10.0.1.2\", \(Expected.backend)",
      "5:67: services[0].backends[1].address: found nothing, \(Expected.backend)",
      "5:77: services[0].backends[1].weight: found 65536, expected a weight from 0 to 65535",
      "5:86: services[0].backends[2]: found a list, expected a mapping of keys to values"),
  ])
  func `a service is refused for what it lacks or cannot have`(fixture: Fixture) {
    check(fixture)
  }

  @Test(arguments: [
    "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255", "10.0.0", "10.0.0.256",
    "010.0.0.1", "10.0.0.1/24", "::1", "example.com",
  ])
  func `an address that no machine can have is refused`(address: String) {
    let found = "found \"\(address)\", expected a unicast IPv4 address"
    let vip = complaints(about: Fixture.twoPorts + "services: [ { vip: \"\(address)\", protocol: icmp } ]")
    #expect(vip.count == 1 && vip.first?.hasPrefix("4:20: services[0].vip: \(found)") == true)
    let backend = complaints(
      about: Fixture.twoPorts + "services: [ { vip: 10.0.0.1, protocol: icmp, backends: [ \"\(address)\" ] } ]")
    #expect(backend.count == 1 && backend.first?.hasPrefix("4:58: services[0].backends[0]: \(found)") == true)
  }

  @Test func `23: one server with two ports in a service is two backends`() throws {
    let configuration = try readAfterPorts(
      "services: [ { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.1.2:80, 10.0.1.2:81 ] } ]")
    #expect(configuration.services.first?.backends.map(\.name) == ["10.0.1.2:80", "10.0.1.2:81"])
  }

  @Test func `21: one server may stand behind two services`() throws {
    let configuration = try readAfterPorts(
      """
      services:
      - { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.1.2:80 ] }
      - { vip: 10.0.0.2, protocol: tcp, port: 80, backends: [ 10.0.1.2:80 ] }
      """)
    #expect(configuration.services.count == 2)
  }

  @Test(arguments: [
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.0.2:80 ] }\n"
        + "- { vip: 10.0.0.2, protocol: tcp, port: 80 }",
      "5:57: services[0].backends[0]: found 10.0.0.2:80 tcp, which is services[1] on line 6, \(Expected.noLoop)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: all, port: 80, backends: [ 10.0.0.2:81 ] }\n- { vip: 10.0.0.2, protocol: icmp }",
      "5:57: services[0].backends[0]: found 10.0.0.2 icmp, which is services[1] on line 6, \(Expected.noLoop)"),
    Fixture(
      "services:\n- { vip: 10.0.0.1, protocol: icmp, backends: [ 10.0.0.2 ] }\n- { vip: 10.0.0.2, protocol: all, port: 5 }",
      "5:48: services[0].backends[0]: found 10.0.0.2 icmp, which is services[1] on line 6, \(Expected.noLoop)"),
  ])
  func `a backend that is itself a service is refused, because it would be a loop`(fixture: Fixture) {
    check(fixture)
  }

  @Test func `a backend may share an address with a service that is elsewhere`() throws {
    let text = """
      services:
      - { vip: 10.0.0.1, protocol: tcp, port: 80, backends: [ 10.0.0.2:80 ] }
      - { vip: 10.0.0.2, protocol: udp, port: 80 }
      - { vip: 10.0.0.2, protocol: tcp, port: 81 }
      """
    #expect(try readAfterPorts(text).services.count == 3)
  }

  private enum Expected {
    static let own = "expected one service for each address, port and protocol (all is tcp and udp)"
    static let port = "expected a port from 1 to 65535"
    static let backend = "expected a unicast IPv4 address and port such as 10.0.1.2:8080"
    static let noLoop = "expected a server's own address: a service behind a service is a loop"
  }
}
