import Configuration
import Counters
import EAL
import Net
import Tables
import TestSupport
import Testing

@testable import Control

/// Services of mode `dsr` from the configuration to the frame.
@Suite(.serialized) struct DirectReturnTests {
  /// A worker under a publisher, stepped by the test.
  private struct Bed {
    let publisher: Publisher
    let rig: Rig

    init(_ text: String, room: Int) throws {
      let file =
        "ports:\n  frontend: { device: net_tap0 }\n  backend: { device: net_tap1 }\nunmatched: drop\nhash_seed: 7\n"
      let configuration = try ConfigurationReader.read(text: file + text, file: "f").configuration
      let quiescence = try TestEnvironment.exclusively { try QuiescentState(readers: 1) }
      publisher = try Publisher(
        TableAssembly(hashSeed: 7), of: configuration, gracePeriods: TestGrace(), backendRoom: room)
      rig = try Rig(
        services: [], sessionCapacity: 65536, backendSlots: room, publisher: (publisher.published, quiescence))
      publisher.attach(rig.backendTally)
    }

    func apply(_ edit: ConfigurationEdit) throws {
      try publisher.publish(try publisher.state.configuration.applying(edit).configuration)
    }

    /// The MAC address that a datagram to a VIP leaves with; nil: it is dropped.
    func reach(_ vip: IPv4Address, _ mac: MACAddress, from port: UInt16) -> MACAddress? {
      var frame = FrameBuilder(from: IPv4Address(192, 0, 2, 1), port, to: vip, 53, .udp(), data: [1])
      frame.destinationMAC = mac
      let output = rig.fromClient(frame)
      guard output.count == 1, output[0].port == Rig.backend else { return nil }
      return MACAddress(rawValue: output[0].bytes.prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  private static func server(_ number: Int) -> MACAddress { MACAddress(rawValue: 0x0200_0100_0000 + UInt64(number)) }
  private static func vip(_ number: Int) -> IPv4Address { IPv4Address(10, 0, 9, UInt8(number)) }
  private static func vipMAC(_ number: Int) -> MACAddress { MACAddress(rawValue: 0x0200_0200_0000 + UInt64(number)) }

  @Test func `67, 68, 69: 1 024 servers and 100 VIPs under traffic and changes; a removed server gets nothing new`()
    throws
  {
    var random = TestSeed.generator("direct return at scale")
    func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
    // The first service has all servers, the others ten each; numbers have gaps.
    let text = (0..<100).map { vip in
      let servers = (vip == 0 ? 0..<1024 : vip * 10..<vip * 10 + 10).map { "\"\(Self.server($0 * 3))\"" }
      return "- { name: s\(vip), mode: dsr, vip: \(Self.vip(vip)), mac: \"\(Self.vipMAC(vip))\", protocol: all, "
        + "maglev_slots: \(vip == 0 ? 65537 : 16381), backends: [\(servers.joined(separator: ", "))] }\n"
    }
    let bed = try Bed("services:\n" + text.joined(), room: 8192)
    var flows: [UInt16: (service: Int, server: MACAddress)] = [:]
    var reached: [Int: Set<MACAddress>] = [:]
    var pools = (0..<100).map { vip in
      Set((vip == 0 ? 0..<1024 : vip * 10..<vip * 10 + 10).map { Self.server($0 * 3) })
    }
    var port: UInt16 = 1024
    for round in 0..<150 {
      let service = round % 3 == 0 ? 0 : pick(100)
      if pools[service].count > 2, pick(2) == 0, let server = pools[service].randomElement(using: &random) {
        try bed.apply(.removeBackend(service: "s\(service)", backend: "\(server)"))
        pools[service].remove(server)
      } else {
        let server = Self.server(10000 + round)
        let backend = try BodyReader.backend(
          Array("\"\(server)\"".utf8), of: bed.publisher.state.configuration.services[service], addressed: nil)
        try bed.apply(.addBackend(service: "s\(service)", backend))
        pools[service].insert(server)
      }
      for _ in 0..<100 {
        let vip = pick(4) == 0 ? pick(100) : service
        port += 1
        let server = try #require(bed.reach(Self.vip(vip), Self.vipMAC(vip), from: port))
        #expect(pools[vip].contains(server), "a new flow at a server that is not there")
        flows[port] = (vip, server)
        reached[vip, default: []].insert(server)
      }
      for (port, flow) in flows.shuffled(using: &random).prefix(20) {
        #expect(bed.reach(Self.vip(flow.service), Self.vipMAC(flow.service), from: port) == flow.server)
      }
    }
    print("direct return at scale: \(flows.count) flows at \(reached[0]?.count ?? 0) servers of the first service")
    #expect(reached.count == 100 && reached[0, default: []].count > 900)
    #expect(bed.rig.isBalanced && bed.rig.isPoolWhole && bed.rig.counters.dropped == 0)
    bed.publisher.close()
  }

  @Test func `72: servers given by address take sessions once they are resolved, and none when they are lost`() throws {
    let bed = try Bed(
      "services:\n- { name: s, mode: dsr, vip: 10.0.9.1, protocol: udp, port: 53, backends: [ 10.0.1.1, 10.0.1.2 ] }\n",
      room: 64)
    let own = Rig.mac(of: Rig.frontend)
    func spread() -> Set<MACAddress?> { Set((2000..<2100).map { bed.reach(Self.vip(1), own, from: $0) }) }
    let (first, second) = (IPv4Address(10, 0, 1, 1), IPv4Address(10, 0, 1, 2))
    #expect(spread() == [nil])
    #expect(bed.rig.counters[DropReason.noBackend] == 100)
    let generation = bed.publisher.state.generation
    #expect(try bed.publisher.resolve([first: Self.server(1)]))
    #expect(spread() == [Self.server(1)])
    #expect(try bed.publisher.resolve([first: Self.server(1), second: Self.server(2)]))
    #expect(try !bed.publisher.resolve([first: Self.server(1), second: Self.server(2)]))
    // Those that are there stay where they are; new ones go to both.
    #expect(spread() == [Self.server(1)])
    #expect(Set((3000..<3100).map { bed.reach(Self.vip(1), own, from: $0) }) == [Self.server(1), Self.server(2)])
    // Another MAC is no other server, and a change of the configuration forgets nothing.
    try bed.publisher.resolve([first: Self.server(3), second: Self.server(2)])
    #expect(spread() == [Self.server(3)])
    try bed.apply(.changeBackend(service: "s", backend: "10.0.1.2", BackendPatch(weight: 2)))
    #expect(spread() == [Self.server(3)])
    let placements = bed.publisher.state.services[0].backends
    #expect(placements.map(\.mac) == [Self.server(3), Self.server(2)])
    try bed.publisher.resolve([second: Self.server(2)])
    #expect(spread() == [Self.server(2)])
    #expect(bed.publisher.state.generation == generation + 1)
    #expect(bed.rig.isBalanced && bed.rig.isPoolWhole)
    bed.publisher.close()
  }

  @Test func `61: ARP is to be answered for VIPs, and servers' addresses to be listened for`() throws {
    let text =
      "services:\n- { mode: dsr, vip: 10.0.9.1, mac: \"02:00:00:00:00:64\", protocol: udp, port: 53, backends: [ 10.0.1.1, \"02:00:00:00:00:01\" ] }\n"
    let bed = try Bed(text, room: 64)
    let addresses = TableAssembly.addresses(of: bed.publisher.state.configuration)
    #expect(
      addresses == [
        KnownAddress(Self.vip(1), mac: MACAddress(rawValue: 0x0200_0000_0064), answersClients: true),
        KnownAddress(IPv4Address(10, 0, 1, 1), isNeighbour: true),
      ])
    bed.publisher.close()
  }
}
