@testable import Configuration
import Net
import Testing

@Suite struct PortTests {
  @Test(arguments: [
    ("0000:3b:00.0", "0000:3b:00.0"), ("3b:00.0", "0000:3b:00.0"), ("3B:1F.7", "0000:3b:1f.7"),
    ("00:00.0", "0000:00:00.0"), ("net_tap5", "net_tap5"), ("net_af_packet5,iface=eth1", "net_af_packet5,iface=eth1"),
    ("\"net_pcap3,rx_pcap=/tmp/in,tx_pcap=/tmp/out\"", "net_pcap3,rx_pcap=/tmp/in,tx_pcap=/tmp/out"),
  ])
  func `a device is a PCI address in full or a virtual device as it stands`(text: String, device: String) throws {
    let file = "ports:\n  frontend:\n    device: \(text)\n  backend: { device: net_tap1 }\n"
    #expect(try read(file).configuration.ports.first?.device.description == device)
  }

  @Test(arguments: [
    "3b:20.0", "3b:00.8", "0000:3b:00", "eth0", "net_tap", "net_0", "net_Tap0", "net_tap0,iface", "net_tap0,",
    "net_tap0,=x", "\"net_tap0,iface=a b\"", "net_" + String(repeating: "a", count: 59) + "0", "+000:3b:00.0",
  ])
  func `what is neither is refused`(text: String) {
    let found = text.filter { $0 != "\"" }
    let complaint = complaints(about: "ports:\n  frontend:\n    device: \(text)\n  backend: { device: net_tap1 }\n")
    #expect(complaint.count == 1)
    #expect(complaint.first?.hasPrefix("3:13: ports.frontend.device: found \"\(found.prefix(60))") == true)
    #expect(complaint.first?.contains("expected a PCI address such as 0000:3b:00.0, or a virtual device") == true)
  }

  @Test func `the role comes from the name's beginning unless it is written`() throws {
    let file = "ports:\n  backend-2: { device: net_tap1 }\n  left: { device: net_tap0, role: frontend }\n"
    let ports = try read(file).configuration.ports
    #expect(ports.map(\.name) == ["backend-2", "left"])
    #expect(ports.map(\.role) == [.backend, .frontend])
  }

  @Test func `84: one to fifteen ports face clients, each with its own`() throws {
    let frontends = (0..<15).map { "  frontend\($0): { device: net_tap\($0), ip: 10.0.\($0).1/24 }\n" }.joined()
    let result = try read("ports:\n\(frontends)  backend: { device: net_tap99 }\n")
    #expect(result.configuration.ports.count == 16)
    #expect(result.configuration.ports[3].ip == IPv4Prefix(IPv4Address(10, 0, 3, 1), length: 24))
    #expect(result.warnings.map(\.description).filter { $0.contains("ports") } == [])
  }

  @Test func `84: a frontend among several without ip gets a warning, and so does a backend with one`() throws {
    let warnings = try read(
      "hash_seed: 1\nports:\n  frontend1: { device: net_tap0, ip: 10.0.0.1 }\n  frontend2: { device: net_tap1 }\n"
        + "  backend: { device: net_tap2, ip: 10.0.1.0/24 }\n"
    ).warnings.map(\.description).filter { $0.contains("ports") }
    #expect(
      warnings == [
        "f:4:14: warning: ports.frontend2.ip: not set, and there are several frontends: what is for clients behind this"
          + " one and belongs to no session is dropped (no_frontend)",
        "f:5:36: warning: ports.backend.ip: means nothing: it says which clients are behind a frontend",
      ])
  }

  @Test(arguments: ["10.0.1.250/24", "10.0.1.250/1", "10.0.1.250/32", "10.0.1.0/31", "192.168.0.1/30"])
  func `a kernel twin has a name and an address, and comes back from text`(address: String) throws {
    let file = """
      ports:
        frontend: { device: net_tap0 }
        backend: { device: net_tap1, kernel: { name: sluice-be, address: \(address) } }

      """
    let configuration = try read(file).configuration
    #expect(configuration.ports.map(\.kernel?.name) == [nil, "sluice-be"])
    #expect(configuration.ports[1].kernel?.address.description == address)
    #expect(try read(ConfigurationText.yaml(configuration)).configuration == configuration)
  }

  @Test func `72: an ARP sender is an address that no service and no server has`() throws {
    func file(_ source: String, _ mode: String = "") -> String {
      """
      ports: { frontend: { device: net_tap0\(mode) }, backend: { device: net_tap1, arp_source: \(source) } }
      hash_seed: 1
      services: [ { name: web, vip: 10.0.0.100, protocol: tcp, port: 80, backends: [ 10.0.1.2:80 ] } ]

      """
    }
    let configuration = try read(file("10.0.1.251")).configuration
    #expect(configuration.ports[1].arpSource == IPv4Address(10, 0, 1, 251))
    #expect(try read(ConfigurationText.yaml(configuration)).configuration == configuration)
    for taken in ["10.0.0.100", "10.0.1.2"] {
      #expect(
        complaints(about: file(taken)).first?.contains("ports.backend.arp_source: found \(taken), the address of")
          == true)
    }
    var new = configuration.services[0]
    (new.name, new.vip) = ("new", IPv4Address(10, 0, 1, 251))
    let refusal = #expect(throws: EditRefusal.self) { try configuration.applying(.addService(new)) }
    #expect(refusal?.code == "address_taken" && refusal?.message.contains("arp_source") == true)
    let useless = try warnings(about: file("10.0.1.251", ", arp_source: 10.0.1.252"))
    #expect(useless.contains { $0.contains("ports.frontend.arp_source: means nothing") })
  }

  @Test func `twins have places beside the ports, sixteen in all`() throws {
    func file(_ frontends: Int) -> String {
      "ports:\n"
        + (1...frontends).map { "  frontend\($0): { device: net_tap\($0), ip: 10.0.\($0).0/24 }\n" }.joined()
        + "  backend: { device: net_tap0, kernel: { name: twin, address: 10.9.1.250/24 } }\n"
    }
    #expect(try read(file(14)).configuration.ports.count == 15)
    #expect(
      complaints(about: file(15)) == [
        "17:40: ports.backend.kernel: found 16 ports and 1 kernel twin, expected at most 16 of both together"
      ])
  }

  @Test(arguments: ["10.0.1.250", "10.0.1.250/0", "10.0.1.250/33", "10.0.1.255/24", "224.0.0.1/8", "10.0.1.250/024"])
  func `what no host on a network has is refused as a twin's address`(address: String) {
    let text =
      "ports:\n  frontend: { device: net_tap0 }\n"
      + "  backend: { device: net_tap1, kernel: { name: a, address: \(address) } }\n"
    #expect(complaints(about: text).count == 1)
    #expect(complaints(about: text)[0].contains("ports.backend.kernel.address: found \"\(address)\""))
  }

  @Test(arguments: [
    Fixture(
      "ports:\n  frontend: { device: net_tap0 }\n",
      "2:3: ports: found no backend port, expected exactly one"),
    Fixture(
      "ports:\n  frontend: { device: net_tap0 }\n  backend1: { device: net_tap1 }\n  backend2: { device: net_tap2 }\n",
      "4:3: ports: found 2 backend ports, expected exactly one"),
    Fixture(
      "ports:\n  backend: { device: net_tap0 }\n",
      "2:3: ports: found no frontend port, expected one to 15"),
    Fixture(
      "ports:\n  backend: { device: net_tap99 }\n"
        + (0..<16).map { "  frontend\($0): { device: net_tap\($0) }\n" }.joined(),
      "18:3: ports: found 16 frontend ports, expected one to 15"),
    Fixture(
      "ports:\n  frontend1: { device: net_tap0, ip: 10.0.0.1/24 }\n"
        + "  frontend2: { device: net_tap1, ip: 10.0.0.2/24 }\n  backend: { device: net_tap2 }\n",
      "3:38: ports.frontend2.ip: found 10.0.0.0/24, the clients of port frontend1 on line 2, "
        + "expected clients of its own for each frontend"),
    Fixture(
      "ports:\n  frontend: { device: net_tap0, ip: 10.0.0.0/33 }\n  backend: { device: net_tap1, ip: [] }\n",
      "2:37: ports.frontend.ip: found \"10.0.0.0/33\", "
        + "expected an IPv4 address or prefix such as 10.0.0.1 or 10.0.0.0/24",
      "3:36: ports.backend.ip: found a list, "
        + "expected an IPv4 address or prefix such as 10.0.0.1 or 10.0.0.0/24"),
    Fixture(
      "ports:\n  left: { device: net_tap0 }\n",
      "2:9: ports.left.role: found nothing, expected frontend, backend or both, because the port's name begins with neither"
    ),
    Fixture(
      "ports:\n  frontend: { device: 3b:00.0 }\n  backend: { device: \"0000:3B:00.0\" }\n",
      "3:22: ports.backend.device: found 0000:3b:00.0, the device of port frontend on line 2, "
        + "expected a device of its own for each port"),
    Fixture(
      "ports:\n  frontend: { device: \"net_tap0,iface=a\" }\n  backend: { device: \"net_tap0,iface=b\" }\n",
      "3:22: ports.backend.device: found net_tap0, the device of port frontend on line 2, "
        + "expected a device of its own for each port"),
    Fixture(
      "ports:\n  frontend: { device: net_tap0, vlan: 5, kernel: true }\n  backend: { device: net_tap1 }\n",
      "2:39: ports.frontend.vlan: found 5, expected balance, pass or drop",
      "2:50: ports.frontend.kernel: found \"true\", expected a mapping of keys to values"),
    Fixture(
      "ports:\n  frontend: { device: net_tap0, kernel: { name: a/b, address: 10.0.1.0/24 } }\n"
        + "  backend: { device: net_tap1, kernel: {} }\n",
      "2:49: ports.frontend.kernel.name: found \"a/b\", expected the name of an interface: "
        + "1 to 15 characters out of A-Z, a-z, 0-9 and _.-",
      "2:63: ports.frontend.kernel.address: found \"10.0.1.0/24\", "
        + "expected a unicast IPv4 address and the bits of its network, such as 10.0.1.250/24",
      "3:40: ports.backend.kernel.name: found nothing, expected the name of an interface: "
        + "1 to 15 characters out of A-Z, a-z, 0-9 and _.-",
      "3:40: ports.backend.kernel.address: found nothing, "
        + "expected a unicast IPv4 address and the bits of its network, such as 10.0.1.250/24"),
    Fixture(
      "ports:\n  frontend: { device: net_tap0, kernel: { name: lo, address: 10.0.1.1/24 } }\n"
        + "  backend: { device: net_tap1, kernel: { name: default, address: 10.0.2.1/24 } }\n",
      "2:49: ports.frontend.kernel.name: found \"lo\", which the kernel needs itself, expected the name of an interface: "
        + "1 to 15 characters out of A-Z, a-z, 0-9 and _.-, that is free",
      "3:48: ports.backend.kernel.name: found \"default\", which the kernel needs itself, expected the name of an "
        + "interface: 1 to 15 characters out of A-Z, a-z, 0-9 and _.-, that is free"),
    Fixture(
      """
      ports:
        frontend: { device: net_tap0, kernel: { name: twin, address: 10.0.1.250/24 } }
        backend: { device: net_tap1, kernel: { name: twin, address: 10.0.1.250/16 } }

      """,
      "3:48: ports.backend.kernel.name: found twin, the name of port frontend's twin, expected a name of its own",
      "3:63: ports.backend.kernel.address: found 10.0.1.250/16, the address of port frontend's twin, "
        + "expected an address of its own"),
    Fixture(
      """
      ports:
        frontend: { device: net_tap0, kernel: { name: a, address: 10.0.2.100/24 } }
        backend: { device: net_tap1, kernel: { name: b, address: 10.0.1.2/24 } }
      services: [ { name: web, vip: 10.0.2.100, protocol: tcp, port: 80, backends: [ 10.0.1.2:80 ] } ]

      """,
      "2:61: ports.frontend.kernel.address: found 10.0.2.100/24, the address of service 'web', "
        + "expected an address of its own",
      "3:60: ports.backend.kernel.address: found 10.0.1.2/24, the address of a server of 'web', "
        + "expected an address of its own"),
    Fixture(
      "ports:\n  frontend: { device: net_tap0, vlan: 5 }\n  backend: { device: net_tap1 }\n",
      "2:39: ports.frontend.vlan: found 5, expected balance, pass or drop"),
    Fixture(
      "ports:\n  \"frontend 1\": { device: net_tap0 }\n  backend:\n",
      "2:3: ports.\"frontend 1\": found \"frontend 1\", expected 1 to 64 characters out of A-Z, a-z, 0-9 and ._-",
      "3:11: ports.backend.device: found nothing, expected a PCI address such as 0000:3b:00.0, "
        + "or a virtual device such as net_af_packet0,iface=eth1"),
    Fixture("ports: 5\n", "1:8: ports: found 5, expected a mapping of names to ports"),
    Fixture("idle: poll\n", "1:1: ports: found nothing, expected a mapping of names to ports"),
  ])
  func `78: every port has a device and a role, with one backend-role port`(fixture: Fixture) {
    #expect(complaints(about: fixture.text) == fixture.complaints)
  }
}
