import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Requests to a VIP and their replies, as whole frames.
  @Suite struct TranslationTests {
    /// A request of each kind that is balanced, with the service it is for and a reply.
    struct Exchange: CustomTestStringConvertible {
      var name: String
      var service: ServiceDefinition
      var request: FrameBuilder
      var reply: FrameBuilder.Payload
      var testDescription: String { name }
    }

    static let exchanges: [Exchange] = [
      Exchange(name: "TCP", service: Scene.web, request: Scene.request(Scene.syn), reply: .tcp(flags: 0x12)),
      Exchange(
        name: "UDP", service: Scene.dns,
        request: FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 53, .udp(), data: [1, 2, 3]), reply: .udp()),
      Exchange(
        name: "UDP without a checksum", service: Scene.dns,
        request: FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 53, .udp(checksum: false), data: [1, 2, 3]),
        reply: .udp(checksum: false)),
      Exchange(
        name: "ping", service: Scene.echo,
        request: FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 0, .icmp(type: 8), data: [1, 2, 3]),
        reply: .icmp(type: 0)),
    ]

    @Test(arguments: exchanges)
    func `1, 7, 13, 14, 16, 17, 42, 50: a request reaches its backend and the first reply carries the VIP`(
      _ exchange: Exchange
    ) throws {
      let rig = try Rig(services: [exchange.service])
      var request = exchange.request
      (request.timeToLive, request.typeOfService, request.identification) = (3, 0xB8, 0xBEEF)
      let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
      var reply = Scene.reply(to: request, from: server, exchange.reply)
      (reply.timeToLive, reply.typeOfService, reply.identification) = (1, 0x10, 0xCAFE)
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      #expect(rig.counters[.forwarded] == 2 && rig.counters[.sessionsCreated] == 1)
      #expect(rig.backend(server).requestBytes == UInt64(request.bytes.count))
      #expect(rig.backend(server).replyBytes == UInt64(reply.bytes.count))
      expectSettled(rig)
    }

    @Test(arguments: exchanges)
    func `11: options of the IP header are kept, both ways`(_ exchange: Exchange) throws {
      let rig = try Rig(services: [exchange.service])
      for words in 1...10 {
        var request = exchange.request
        request.sourcePort += UInt16(words)
        request.options = [UInt8](repeating: 1, count: words * 4)
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        var reply = Scene.reply(to: request, from: server, exchange.reply)
        reply.options = [UInt8](repeating: 1, count: 44 - words * 4)
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      expectSettled(rig)
    }

    @Test(arguments: exchanges)
    func `13: what Ethernet pads is carried along`(_ exchange: Exchange) throws {
      let rig = try Rig(services: [exchange.service])
      var request = exchange.request
      request.padding = 13
      let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
      var reply = Scene.reply(to: request, from: server, exchange.reply)
      reply.padding = 1
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
    }

    @Test(arguments: exchanges)
    func `26: every packet of a flow reaches one server, in any order`(_ exchange: Exchange) throws {
      var generator = TestSeed.generator("26, \(exchange.name)")
      let rig = try Rig(services: [exchange.service])
      var servers: [UInt16: Int] = [:]
      for _ in 0..<3000 {
        var request = exchange.request
        request.sourcePort = .random(in: 30000..<30300, using: &generator)
        if case .tcp = request.payload {
          let flags = [Scene.syn, Scene.ack, Scene.fin].randomElement(using: &generator) ?? Scene.ack
          request.payload = .tcp(flags: flags)
        }
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        #expect(servers.updateValue(server, forKey: request.sourcePort) ?? server == server)
      }
      #expect(Set(servers.values).count == 3)
      expectSettled(rig)
    }

    @Test func `18: services on one VIP and port by protocol, on other ports and other VIPs, keep to their pools`()
      throws
    {
      let other = IPv4Address(10, 0, 2, 101)
      let services = [
        Scene.service([.tcp], 80, weights: [1, 0, 0]), Scene.service([.udp], 80, weights: [0, 1, 0]),
        Scene.service([.tcp], 81, weights: [0, 0, 1]), Scene.service([.tcp], 80, weights: [0, 1, 0], vip: other),
      ]
      let rig = try Rig(services: services)
      let cases: [(IPv4Address, UInt16, FrameBuilder.Payload, Int)] = [
        (Scene.vip, 80, .tcp(flags: Scene.syn), 0), (Scene.vip, 80, .udp(), 1),
        (Scene.vip, 81, .tcp(flags: Scene.syn), 2), (other, 80, .tcp(flags: Scene.syn), 1),
      ]
      for port in 40000..<UInt16(40100) {
        for (vip, vipPort, payload, server) in cases {
          let request = FrameBuilder(from: Scene.client, port, to: vip, vipPort, payload)
          #expect(Scene.server(of: rig.fromClient(request), for: request) == server)
        }
      }
      expectSettled(rig)
    }

    @Test func `18: one client port on several services gets each one's replies`() throws {
      let services = [
        Scene.service([.tcp], 80, weights: [1, 0, 0]), Scene.service([.tcp], 81, weights: [0, 1, 0]),
        Scene.service([.tcp], 82, weights: [0, 0, 1]),
      ]
      let rig = try Rig(services: services)
      let requests = (80..<UInt16(83)).map { Scene.request(Scene.syn, vipPort: $0) }
      for request in requests { _ = rig.fromClient(request) }
      for (server, request) in requests.enumerated() {
        let reply = Scene.reply(to: request, from: server, .tcp(flags: 0x12))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      #expect(rig.counters[.sessionsActive] == 3)
    }

    @Test func `23: one server may be in a service under two ports`() throws {
      var service = Scene.web
      service.backends = [8002, 8003].map { BackendDefinition(address: Scene.servers[0], port: $0) }
      let rig = try Rig(services: [service])
      var ports: Set<UInt16> = []
      for port in 40000..<UInt16(40200) {
        let request = Scene.request(Scene.syn, port: port)
        var expected = request
        expected.destination = Scene.servers[0]
        let output = rig.fromClient(request)
        let chosen = try #require(
          [UInt16(8002), 8003].first {
            expected.destinationPort = $0
            return output == [Rig.Output(port: Rig.backend, bytes: expected.bytes)]
          })
        ports.insert(chosen)
        let reply = FrameBuilder(from: Scene.servers[0], chosen, to: Scene.client, port, .tcp(flags: 0x12))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      #expect(ports == [8002, 8003])
      expectSettled(rig)
    }

    @Test func `51: an identifier keeps its server, and others go elsewhere`() throws {
      let rig = try Rig(services: [Scene.echo])
      var servers: [Int] = []
      for identifier in 0..<UInt16(200) {
        let request = FrameBuilder(from: Scene.client, identifier, to: Scene.vip, 0, .icmp(type: 8), data: [9])
        let first = try #require(Scene.server(of: rig.fromClient(request), for: request))
        #expect(Scene.server(of: rig.fromClient(request), for: request) == first)
        servers.append(first)
      }
      #expect(Set(servers).count == 3)
    }

    @Test func `57: a service of all protocols takes TCP, UDP and echoes`() throws {
      let rig = try Rig(services: [Scene.everything])
      let payloads: [(FrameBuilder.Payload, FrameBuilder.Payload)] = [
        (.tcp(flags: Scene.syn), .tcp(flags: 0x12)), (.udp(), .udp()), (.icmp(type: 8), .icmp(type: 0)),
      ]
      for (payload, answer) in payloads {
        let request = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 80, payload, data: [1])
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        let reply = Scene.reply(to: request, from: server, answer)
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      #expect(rig.counters[.sessionsActive] == 3)
      expectSettled(rig)
    }

    @Test func `15: checksums count right on both sides of the wire, random frames`() throws {
      var generator = TestSeed.generator("15, both ways")
      let rig = try Rig(services: [Scene.everything], sessionCapacity: 30000)
      for _ in 0..<10000 {
        let transport = TransportProtocol.allCases.randomElement(using: &generator) ?? .tcp
        var request = FrameBuilder.random(transport, using: &generator)
        (request.destination, request.destinationPort) = (Scene.vip, 80)
        if case .icmp = request.payload { request.payload = .icmp(type: 8) }
        let out = rig.fromClient(request)
        let server = try #require(
          Scene.servers.firstIndex { out.first?.bytes[30...33].elementsEqual($0.octets) ?? false })
        #expect(Checksums.faults(of: out[0].bytes).isEmpty)
        var reply = FrameBuilder.random(transport, using: &generator)
        (reply.source, reply.sourcePort) = (Scene.servers[server], 8002 + UInt16(server))
        (reply.destination, reply.destinationPort) = (request.source, request.sourcePort)
        if case .icmp = reply.payload { reply.payload = .icmp(type: 0) }
        if case .tcp = reply.payload { reply.payload = .tcp(flags: Scene.ack) }
        let back = rig.fromServer(reply)
        #expect(Checksums.faults(of: try #require(back.first).bytes).isEmpty)
        #expect(back[0].port == Rig.frontend && back[0].bytes[26...29].elementsEqual(Scene.vip.octets))
      }
      expectSettled(rig)
    }
  }
}

extension IPv4Address {
  /// As on the wire.
  var octets: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> UInt32(24 - $0 * 8)) } }
}
