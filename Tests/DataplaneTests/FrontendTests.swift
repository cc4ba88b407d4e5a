import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Several ports that face clients.
  @Suite struct FrontendTests {
    /// 10.0.0.0/24 without 10.0.0.64/26, that part alone, and 10.9.0.0/16.
    private static let networks = ["10.0.0.0/24", "10.0.0.64/26", "10.9.0.1/16"].map { IPv4Prefix($0) }
    private static let clients = [IPv4Address(10, 0, 0, 1), IPv4Address(10, 0, 0, 70), IPv4Address(10, 9, 8, 7)]
    private static let everyFrontend = networks.indices.map { Rig.frontend($0) }

    private static func rig(workers: Int = 1, unmatched: UnmatchedAction = .pass) throws -> Rig {
      try Rig(
        services: [Scene.everything], unmatched: unmatched, workers: workers, transmitters: 1, frontends: networks)
    }

    private static func request(_ client: Int, _ payload: FrameBuilder.Payload = .tcp(flags: Scene.syn)) -> FrameBuilder
    {
      FrameBuilder(from: clients[client], 40000, to: Scene.vip, payload.hasPorts ? 80 : 0, payload)
    }

    private static func answer(_ payload: FrameBuilder.Payload) -> FrameBuilder.Payload {
      switch payload {
      case .tcp: .tcp(flags: 0x12)
      case .udp: .udp()
      case .icmp, .other: .icmp(type: 0)
      }
    }

    /// The reply as the client sees it, by the frontend where it should.
    private static func returned(_ reply: FrameBuilder, for request: FrameBuilder, by port: PortIndex) -> [Rig.Output] {
      Scene.returned(reply, for: request).map { Rig.Output(port: port, bytes: $0.bytes) }
    }

    private static let payloads: [FrameBuilder.Payload] = [.tcp(flags: Scene.syn), .udp(), .icmp(type: 8)]

    @Test func `84: replies of established sessions in one burst leave each by its own port`() throws {
      let rig = try Self.rig()
      let flows = try (0..<3).map { client in
        let request = Self.request(client)
        let server = try #require(
          Scene.server(of: rig.send(request.bytes, into: Rig.frontend(client)), for: request))
        _ = rig.fromServer(Scene.reply(to: request, from: server, .tcp(flags: 0x12)))
        _ = rig.send(Self.request(client, .tcp(flags: Scene.ack)).bytes, into: Rig.frontend(client))
        return (request, reply: Scene.reply(to: request, from: server, .tcp(flags: Scene.ack)))
      }
      for order in [[0, 1, 2], [2, 2, 0, 0, 1], [1, 0, 1, 0, 2, 2]] {
        let output = rig.send(order.map { flows[$0].reply.bytes }, into: Rig.backend)
        #expect(output.count == order.count)
        for (client, (request, reply)) in flows.enumerated() {
          let expected = Self.returned(reply, for: request, by: Rig.frontend(client))
          #expect(
            output.filter { $0.port == Rig.frontend(client) } == order.filter { $0 == client }.flatMap { _ in expected }
          )
        }
      }
      expectSettled(rig)
    }

    @Test(arguments: payloads, [1, 2])
    func `1, 84: a reply leaves by the port its session came in by, whatever the address says`(
      _ payload: FrameBuilder.Payload, _ workers: Int
    ) throws {
      let rig = try Self.rig(workers: workers)
      // Every client comes in by every port: the last one's client is behind the next by its address.
      for (client, port) in [(0, 0), (1, 1), (2, 2)] + (workers == 1 ? [] : [(0, 0)]) {
        let request = Self.request(client, payload)
        let server = try #require(
          Scene.server(of: rig.send(request.bytes, into: Rig.frontend(port), at: workers - 1), for: request))
        let reply = Scene.reply(to: request, from: server, Self.answer(payload))
        #expect(rig.fromServer(reply) == Self.returned(reply, for: request, by: Rig.frontend(port)))
      }
      let astray = FrameBuilder(
        from: IPv4Address(10, 0, 0, 2), 40000, to: Scene.vip, payload.hasPorts ? 80 : 0, payload)
      let server = try #require(Scene.server(of: rig.send(astray.bytes, into: Rig.frontend(2)), for: astray))
      let reply = Scene.reply(to: astray, from: server, Self.answer(payload))
      #expect(rig.fromServer(reply) == Self.returned(reply, for: astray, by: Rig.frontend(2)))
      expectSettled(rig)
    }

    @Test
    func `5, 84: a client that talks to a server itself gets its replies by its own port, whatever the address says`()
      throws
    {
      let rig = try Self.rig()
      for client in [Self.clients[1], IPv4Address(172, 16, 0, 1)] {
        let there = FrameBuilder(from: client, 5000, to: Scene.servers[0], 8002, .udp())
        #expect(
          rig.send(there.bytes, into: Rig.frontend(2)) == [Rig.Output(port: Rig.backend, bytes: there.bytes)])
        let back = FrameBuilder(from: Scene.servers[0], 8002, to: client, 5000, .udp())
        let told = rig.explain(back.bytes, from: Rig.backend)
        #expect(told.verdict == .passed(.direct) && told.exit == Rig.frontend(2) && !told.isFlooded)
        #expect(rig.fromServer(back) == [Rig.Output(port: Rig.frontend(2), bytes: back.bytes)])
      }
      expectSettled(rig)
    }

    @Test func `49, 84: a reply without an entry leaves by the port whose clients its client is among`() throws {
      for client in Self.clients.indices {
        let request = Self.request(client)
        let server = try #require(
          Scene.server(of: try Self.rig().send(request.bytes, into: Rig.frontend), for: request))
        let rig = try Self.rig()
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.ack))
        #expect(rig.explain(reply.bytes, from: Rig.backend).exit == Rig.frontend(client))
        #expect(rig.fromServer(reply) == Self.returned(reply, for: request, by: Rig.frontend(client)))
        #expect(rig.sessions().map(\.frontend) == [Rig.frontend(client)])
        expectSettled(rig)
      }
    }

    @Test func `84: what is for nobody's client is dropped and counted, also a reply that would be adopted`() throws {
      var request = Self.request(0)
      request.source = IPv4Address(172, 16, 0, 1)
      let server = try #require(Scene.server(of: try Self.rig().send(request.bytes, into: Rig.frontend), for: request))
      let rig = try Self.rig()
      let strangers = [
        Scene.reply(to: request, from: server, .tcp(flags: Scene.ack)),
        FrameBuilder(from: Scene.servers[0], 9, to: request.source, 9, .udp()),
        FrameBuilder(from: Scene.servers[0], 9, to: request.source, 9, .other(47)),
      ]
      for stranger in strangers {
        #expect(rig.explain(stranger.bytes, from: Rig.backend).verdict == .dropped(.noFrontend))
        #expect(rig.fromServer(stranger).isEmpty)
      }
      #expect(rig.counters[.noFrontend] == 3 && rig.counters[.sessionsActive] == 0)
      expectSettled(rig)
    }

    @Test func `5, 6, 84: what servers send past the services leaves by its client's port, tagged or not`() throws {
      let rig = try Self.rig()
      for (client, address) in Self.clients.enumerated() {
        var frame = FrameBuilder(from: Scene.servers[0], 9, to: address, 9, .other(47), data: [1, 2, 3])
        #expect(rig.explain(frame.bytes, from: Rig.backend).exit == Rig.frontend(client))
        #expect(rig.fromServer(frame) == [Rig.Output(port: Rig.frontend(client), bytes: frame.bytes)])
        frame.etherType = 0x8100
        // Both tags' inner EtherTypes are IPv4's: what follows is read as the packet.
        let plain = FrameBuilder(from: Scene.servers[0], 9, to: address, 9, .udp()).bytes
        for tags: [UInt8] in [[0x81, 0, 0, 5], [0x88, 0xA8, 0, 6, 0x81, 0, 0, 5]] {
          let tagged = Array(plain[..<12]) + tags + Array(plain[12...])
          #expect(rig.send(tagged, into: Rig.backend).map(\.port) == [Rig.frontend(client)])
        }
      }
      #expect(rig.counters[.copied] == 0)
      expectSettled(rig)
    }

    @Test(arguments: [1, 2])
    func `59, 84: fragments without a session find their client's port`(_ workers: Int) throws {
      let rig = try Self.rig(workers: workers)
      var frame = FrameBuilder(from: Scene.servers[0], 9, to: Self.clients[2], 9, .udp(), data: [UInt8](0..<100))
      frame.fragment = 0
      let fragments = frame.fragments(of: 40)
      let output = [2, 0, 1].flatMap { rig.send(fragments[$0], into: Rig.backend, at: $0 % workers) }
      #expect(Set(output) == Set(fragments.map { Rig.Output(port: Rig.frontend(2), bytes: $0) }) && output.count == 3)
      expectSettled(rig)
    }

    private static let floods: [[UInt8]] = [
      [UInt8](repeating: 255, count: 6) + [2, 0, 0, 0, 0, 10, 8, 6] + (0..<46).map { UInt8($0) },
      [0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 10, 0x86, 0xDD] + [UInt8](repeating: 9, count: 1400),
      [2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 10, 0x88, 0xB5],
      FrameBuilder(from: Scene.servers[0], 67, to: IPv4Address(255, 255, 255, 255), 68, .udp()).bytes,
      FrameBuilder(from: Scene.servers[0], 9, to: IPv4Address(224, 0, 0, 251), 9, .udp()).bytes,
    ]

    @Test(arguments: floods, [1, 2])
    func `2, 3, 4, 84: from the servers, what is for all or not IPv4 leaves by every frontend, and the books balance`(
      _ frame: [UInt8], _ workers: Int
    ) throws {
      let rig = try Self.rig(workers: workers)
      #expect(rig.explain(frame, from: Rig.backend).isFlooded)
      let output = rig.send(frame, into: Rig.backend, at: workers - 1)
      #expect(Set(output) == Set(Self.everyFrontend.map { Rig.Output(port: $0, bytes: frame) }) && output.count == 3)
      #expect(rig.counters[.copied] == 2 && rig.counters.passed == 3)
      expectSettled(rig)
    }

    @Test func `84, 91: a frame of several segments is flooded whole`() throws {
      let rig = try Self.rig()
      let frame = Self.floods[1]
      rig.inject([[Array(frame[..<700]), Array(frame[700...])]], into: Rig.backend)
      rig.serve(Rig.backend)
      #expect(Set(rig.collect()) == Set(Self.everyFrontend.map { Rig.Output(port: $0, bytes: frame) }))
      expectSettled(rig)
    }

    @Test(arguments: floods)
    func `84: from a client it leaves by the backend port alone`(_ frame: [UInt8]) throws {
      let rig = try Self.rig()
      for port in Self.everyFrontend {
        #expect(rig.send(frame, into: port) == [Rig.Output(port: Rig.backend, bytes: frame)])
      }
      #expect(rig.counters[.copied] == 0)
      expectSettled(rig)
    }

    @Test func `84: with unmatched drop nothing is flooded`() throws {
      let rig = try Self.rig(unmatched: .drop)
      for frame in Self.floods { #expect(rig.send(frame, into: Rig.backend).isEmpty) }
      #expect(rig.counters[.unmatched] == 5 && rig.counters[.copied] == 0)
      expectSettled(rig)
    }

    @Test func `84, 91: without buffers for copies the frame leaves by one frontend, and the books balance`() throws {
      let rig = try Self.rig()
      rig.inject([[UInt8]](repeating: Self.floods[0], count: 32), into: Rig.backend)
      let held = rig.holdMbufs()
      rig.serve(Rig.backend)
      let counters = rig.counters
      #expect(counters[.receivedFromPorts] == 32 && counters[.copied] == 64 && counters[.noBuffer] > 0)
      #expect(rig.collect().count == 96 - Int(counters[.noBuffer]) && rig.isBalanced)
      held.forEach { $0.free() }
      expectSettled(rig)
    }

    @Test func `83, 84: one frontend goes and comes back, and the others go on`() throws {
      let rig = try Self.rig()
      let requests = Self.clients.indices.map { Self.request($0) }
      let servers = try requests.enumerated().map { client, request in
        try #require(Scene.server(of: rig.send(request.bytes, into: Rig.frontend(client)), for: request))
      }
      func replies() -> [[Rig.Output]] {
        zip(requests, servers).map { rig.fromServer(Scene.reply(to: $0, from: $1, .tcp(flags: Scene.ack))) }
      }
      let whole = replies()
      #expect(whole.map { $0.map(\.port) } == Self.everyFrontend.map { [$0] })
      try rig.ask { try $0.detach(Rig.frontend(1)) }
      #expect(replies() == [whole[0], [], whole[2]])
      let arp = rig.send(Self.floods[0], into: Rig.backend)
      #expect(Set(arp.map(\.port)) == [Rig.frontend(0), Rig.frontend(2)])
      #expect(rig.counters[.portRemoved] == 2)
      try rig.ask { [id = rig.device(of: Rig.frontend(1))] in
        try $0.attach(Rig.frontend(1), device: id, mac: Rig.mac(of: Rig.frontend(1)))
      }
      #expect(replies() == whole)
      expectSettled(rig)
    }
  }
}
