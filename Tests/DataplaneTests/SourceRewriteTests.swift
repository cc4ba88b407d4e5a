import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Clients that servers see under addresses of another network.
  @Suite struct SourceRewriteTests {
    private static let pairs = [
      ("10.0.0.0/24", "192.168.7.0/24"), ("10.9.0.0/16", "172.31.0.0/16"), ("10.8.8.8", "192.168.8.1"),
    ].compactMap { from, to in
      IPv4Prefix(from).flatMap { from in IPv4Prefix(to).map { SourceRewrite(from: from, to: $0) } }
    }
    /// Clients of each pair, and what servers see of them.
    private static let clients = [
      (IPv4Address(10, 0, 0, 1), IPv4Address(192, 168, 7, 1)),
      (IPv4Address(10, 0, 0, 255), IPv4Address(192, 168, 7, 255)),
      (IPv4Address(10, 9, 200, 3), IPv4Address(172, 31, 200, 3)),
      (IPv4Address(10, 8, 8, 8), IPv4Address(192, 168, 8, 1)),
    ]
    private static let payloads: [FrameBuilder.Payload] = [
      .tcp(flags: Scene.syn), .udp(), .udp(checksum: false), .icmp(type: 8),
    ]

    private static func rig(
      workers: Int = 1, unmatched: UnmatchedAction = .pass, frontends: [IPv4Prefix?] = [nil],
      pairs: [SourceRewrite] = pairs
    ) throws -> Rig {
      try Rig(
        services: [Scene.everything], unmatched: unmatched, workers: workers, frontends: frontends,
        sourceRewrites: pairs)
    }

    private static func answer(_ payload: FrameBuilder.Payload) -> FrameBuilder.Payload {
      switch payload {
      case .tcp: .tcp(flags: 0x12)
      case .udp(let checksum): .udp(checksum: checksum)
      case .icmp, .other: .icmp(type: 0)
      }
    }

    private static func request(
      from client: IPv4Address, _ payload: FrameBuilder.Payload, port: UInt16 = 40000
    ) -> FrameBuilder {
      FrameBuilder(
        from: client, port, to: Scene.vip, payload.hasPorts ? 80 : 0, payload,
        data: (0..<UInt8(truncatingIfNeeded: port)).map { $0 &* 7 })
    }

    /// Sends a request; expects a server to get it from `seen`, byte for byte, and returns the server's position.
    private static func arrive(
      _ rig: Rig, _ request: FrameBuilder, seen: IPv4Address, at worker: Int = 0
    ) throws -> Int {
      var expected = request
      expected.source = seen
      return try #require(Scene.server(of: rig.fromClient(request, at: worker), for: expected))
    }

    private static func reply(_ request: FrameBuilder, from server: Int, to seen: IPv4Address) -> FrameBuilder {
      var reply = Scene.reply(to: request, from: server, answer(request.payload))
      reply.destination = seen
      return reply
    }

    /// The reply as the real client sees it.
    private static func returned(_ reply: FrameBuilder, for request: FrameBuilder) -> [Rig.Output] {
      var reply = reply
      reply.destination = request.source
      return Scene.returned(reply, for: request)
    }

    @Test(arguments: payloads, [1, 2])
    func `74, 76: a server sees the client in the other network, and its reply reaches the client from the VIP`(
      _ payload: FrameBuilder.Payload, _ workers: Int
    ) throws {
      let rig = try Self.rig(workers: workers)
      for (client, seen) in Self.clients {
        for port in UInt16(40000)..<40060 {
          let request = Self.request(from: client, payload, port: port)
          let server = try Self.arrive(rig, request, seen: seen, at: Int(port) % workers)
          let reply = Self.reply(request, from: server, to: seen)
          #expect(rig.fromServer(reply, at: Int(port / 7) % workers) == Self.returned(reply, for: request))
        }
      }
      let sessions = (0..<workers).flatMap { rig.sessions($0) }
      #expect(Set(sessions.map(\.client.address)) == Set(Self.clients.map(\.0)), "sessions are the real clients'")
      #expect(sessions.count == 240 && rig.counters[.sessionsCreated] == 240)
      expectSettled(rig)
    }

    @Test func `74: a client in no pair keeps its address`() throws {
      let rig = try Self.rig()
      for client in [IPv4Address(10, 0, 1, 0), IPv4Address(10, 10, 0, 1), IPv4Address(10, 8, 8, 9)] {
        let request = Self.request(from: client, .udp())
        let server = try Self.arrive(rig, request, seen: client)
        let reply = Self.reply(request, from: server, to: client)
        #expect(rig.fromServer(reply) == Self.returned(reply, for: request))
      }
      expectSettled(rig)
    }

    @Test func `49, 74: a reply without an entry is the real client's, whose choice it is tested against`() throws {
      let (client, seen) = Self.clients[0]
      let request = Self.request(from: client, .tcp(flags: Scene.ack))
      let server = try Self.arrive(Self.rig(), request, seen: seen)
      let rig = try Self.rig()
      let reply = Self.reply(request, from: server, to: seen)
      #expect(rig.fromServer(reply) == Self.returned(reply, for: request))
      #expect(rig.sessions().map(\.client.address) == [client] && rig.counters[.adoptedReplies] == 1)
      expectSettled(rig)
    }

    @Test func `74: what no service has is untouched: the client itself, other ports, other servers`() throws {
      let rig = try Self.rig()
      let (client, seen) = Self.clients[0]
      let strangers = [
        FrameBuilder(from: Scene.servers[0], 9, to: seen, 9, .udp()),
        FrameBuilder(from: IPv4Address(10, 0, 1, 99), 8002, to: seen, 40000, .tcp(flags: 0x12)),
        FrameBuilder(from: Scene.servers[0], 5, to: seen, 0, .icmp(type: 8)),
      ]
      for frame in strangers { #expect(rig.fromServer(frame) == Scene.crossed(frame.bytes, from: Rig.backend)) }
      let direct = FrameBuilder(from: client, 40000, to: Scene.servers[0], 8002, .tcp(flags: Scene.syn))
      #expect(rig.fromClient(direct) == Scene.crossed(direct.bytes, from: Rig.frontend))
      let back = FrameBuilder(from: Scene.servers[0], 8002, to: client, 40000, .tcp(flags: 0x12))
      #expect(rig.fromServer(back) == Scene.crossed(back.bytes, from: Rig.backend))
      expectSettled(rig)
    }

    @Test func `74: a service without a backend answers the real client, and what is passed keeps its source`() throws {
      for action in [EmptyAction.pass, .drop, .reject] {
        let plain = try Rig(services: [Scene.service([.tcp], 80, weights: [0, 0, 0], whenEmpty: action)])
        let rig = try Rig(
          services: [Scene.service([.tcp], 80, weights: [0, 0, 0], whenEmpty: action)], sourceRewrites: Self.pairs)
        let request = Self.request(from: Self.clients[0].0, .tcp(flags: Scene.syn))
        #expect(rig.fromClient(request) == plain.fromClient(request))
        expectSettled(rig)
      }
    }

    @Test func `76: a pair that is deleted translates no more, and one that is added does at once`() throws {
      let rig = try Self.rig()
      let (client, seen) = Self.clients[0]
      // A client of the other address would get another server.
      let plain = try Self.rig(pairs: [])
      var flow: (request: FrameBuilder, server: Int)?
      for port in UInt16(40000)..<40100 where flow == nil {
        let request = Self.request(from: client, .udp(), port: port)
        let server = try Self.arrive(rig, request, seen: seen)
        let other = Self.request(from: seen, .udp(), port: port)
        if Scene.server(of: plain.fromClient(other), for: other) != server { flow = (request, server) }
      }
      let (request, server) = try #require(flow)
      let created = rig.counters[.sessionsCreated]
      rig.publish([Scene.everything], sourceRewrites: [Self.pairs[1]])
      #expect(try Self.arrive(rig, request, seen: client) == server, "the session stays")
      let late = Self.reply(request, from: server, to: seen)
      #expect(rig.fromServer(late) == Scene.crossed(late.bytes, from: Rig.backend))
      rig.publish([Scene.everything], sourceRewrites: Self.pairs)
      #expect(try Self.arrive(rig, request, seen: seen) == server)
      #expect(rig.fromServer(late) == Self.returned(late, for: request))
      #expect(rig.counters[.sessionsCreated] == created)
      expectSettled(rig)
    }

    @Test(arguments: payloads)
    func `74, 93: explain tells both rewrites, and what it tells is what happens`(_ payload: FrameBuilder.Payload)
      throws
    {
      let rig = try Self.rig()
      let (client, seen) = Self.clients[2]
      let request = Self.request(from: client, payload)
      let told = rig.explain(request.bytes, from: Rig.frontend)
      #expect(told.clientRewrite?.from.address == client && told.clientRewrite?.to.address == seen)
      #expect(told.clientRewrite?.from.port == 40000 && told.clientRewrite?.to.port == 40000)
      let server = try Self.arrive(rig, request, seen: seen)
      #expect(told.backend == BackendIndex(UInt16(server)) && told.makesSession)
      let reply = Self.reply(request, from: server, to: seen)
      let back = rig.explain(reply.bytes, from: Rig.backend)
      #expect(back.verdict == .returned && back.session?.standing == .alive && back.rewrite?.to.address == Scene.vip)
      #expect(back.clientRewrite?.from.address == seen && back.clientRewrite?.to.address == client)
      #expect(rig.fromServer(reply) == Self.returned(reply, for: request))
      let other = rig.explain(Self.request(from: IPv4Address(9, 9, 9, 9), payload).bytes, from: Rig.frontend)
      #expect(other.clientRewrite == nil)
      expectSettled(rig)
    }

    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2]], [1, 2])
    func `59, 74: fragments of a flow are rewritten with it, in whatever order, both ways`(
      _ order: [Int], _ workers: Int
    ) throws {
      let rig = try Self.rig(workers: workers)
      for (client, seen) in Self.clients {
        var request = FrameBuilder(
          from: client, 40000, to: Scene.vip, 80, .udp(), data: (0..<100).map { UInt8($0) })
        request.fragment = 0
        let sent = request.fragments(of: 40)
        let arrived = order.flatMap { rig.send(sent[$0], into: Rig.frontend, at: $0 % workers) }
        let server = try #require(
          Scene.servers.indices.first { server in
            var expected = Scene.arrived(request, at: server)
            expected.source = seen
            return Set(arrived) == Set(expected.fragments(of: 40).map { Rig.Output(port: Rig.backend, bytes: $0) })
          })
        var reply = Self.reply(request, from: server, to: seen)
        reply.data = request.data
        reply.fragment = 0
        var expected = reply
        (expected.source, expected.sourcePort, expected.destination) = (Scene.vip, 80, client)
        let answered = reply.fragments(of: 40)
        let returned = order.flatMap { rig.send(answered[$0], into: Rig.backend, at: $0 % workers) }
        #expect(Set(returned) == Set(expected.fragments(of: 40).map { Rig.Output(port: Rig.frontend, bytes: $0) }))
        #expect(arrived.count == 3 && returned.count == 3)
      }
      #expect(rig.counters[.held] == 0)
      expectSettled(rig)
    }

    @Test(arguments: payloads)
    func `54, 55, 74: ICMP errors about a flow are rewritten with it, outside and inside, both ways`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let rig = try Self.rig()
      for (client, seen) in Self.clients {
        let request = Self.request(from: client, payload)
        let server = try Self.arrive(rig, request, seen: seen)
        var arrived = Scene.arrived(request, at: server)
        arrived.source = seen
        let reply = Self.reply(request, from: server, to: seen)
        var returned = reply
        (returned.source, returned.sourcePort) = (request.destination, request.destinationPort)
        returned.destination = client
        #expect(rig.fromServer(reply) == [Rig.Output(port: Rig.frontend, bytes: returned.bytes)])
        for length in ErrorTests.quoteLengths {
          // About the request, of the server itself and of a router before it.
          for (sender, told) in [(Scene.servers[server], Scene.vip), (ErrorTests.router, ErrorTests.router)] {
            let sent = ErrorTests.error(from: sender, about: arrived, quoting: length)
            let expected = ErrorTests.error(from: told, about: request, quoting: length)
            #expect(rig.explain(sent.bytes, from: Rig.backend).clientRewrite?.to.address == client)
            #expect(rig.fromServer(sent) == ErrorTests.out(Rig.frontend, expected))
          }
          // About the reply, of the client itself and of a router before it.
          for (sender, told) in [(client, seen), (ErrorTests.router, ErrorTests.router)] {
            let sent = ErrorTests.error((3, 3), from: sender, about: returned, quoting: length)
            let expected = ErrorTests.error((3, 3), from: told, about: reply, quoting: length)
            #expect(rig.fromClient(sent) == ErrorTests.out(Rig.backend, expected))
          }
        }
      }
      expectSettled(rig)
    }

    // MARK: ARP

    private static func arp(_ operation: UInt8, from sender: IPv4Address, for target: IPv4Address) -> [UInt8] {
      func octets(_ address: IPv4Address) -> [UInt8] {
        (0..<4).map { UInt8(address.rawValue >> UInt32(24 - $0 * 8) & 255) }
      }
      let mac: [UInt8] = [2, 0, 0, 0, 0, 10]
      let destination: [UInt8] = operation == 1 ? [UInt8](repeating: 255, count: 6) : [2, 0, 0, 0, 0, 11]
      let packet: [UInt8] = [0, 1, 8, 0, 6, 4, 0, operation] + mac + octets(sender)
      return destination + mac + [8, 6] + packet + (operation == 1 ? [0, 0, 0, 0, 0, 0] : [2, 0, 0, 0, 0, 11])
        + octets(target) + [UInt8](repeating: 0, count: 18)
    }

    @Test func `75: a server's request for an address in the new network becomes one for the client`() throws {
      let rig = try Self.rig()
      for (client, seen) in Self.clients {
        let expected = Scene.crossed(Self.arp(1, from: Scene.servers[0], for: client), from: Rig.backend)
        #expect(rig.send(Self.arp(1, from: Scene.servers[0], for: seen), into: Rig.backend) == expected)
      }
      let other = Self.arp(1, from: Scene.servers[0], for: IPv4Address(10, 0, 5, 5))
      #expect(rig.send(other, into: Rig.backend) == Scene.crossed(other, from: Rig.backend))
      #expect(rig.counters[.copied] == 0 && rig.counters[.arp] == 5)
      expectSettled(rig)
    }

    @Test func `75: a client's answer crosses as it is, and once more as that of the address in the new network`()
      throws
    {
      let rig = try Self.rig()
      for (client, seen) in Self.clients {
        let answer = Self.arp(2, from: client, for: Scene.servers[0])
        let output = rig.send(answer, into: Rig.frontend)
        let expected = [answer, Self.arp(2, from: seen, for: Scene.servers[0])]
        #expect(Set(output) == Set(expected.map { Rig.Output(port: Rig.backend, bytes: $0) }) && output.count == 2)
      }
      #expect(rig.counters[.copied] == 4 && rig.counters[.arp] == 8)
      expectSettled(rig)
    }

    @Test func `75: other ARP crosses once and unchanged`() throws {
      let rig = try Self.rig()
      let (client, seen) = Self.clients[0]
      let others: [([UInt8], PortIndex)] = [
        (Self.arp(1, from: client, for: Scene.servers[0]), Rig.frontend),
        (Self.arp(1, from: client, for: seen), Rig.frontend),
        (Self.arp(2, from: IPv4Address(10, 0, 5, 5), for: Scene.servers[0]), Rig.frontend),
        (Self.arp(2, from: Scene.servers[0], for: seen), Rig.backend),
        (Array(Self.arp(1, from: Scene.servers[0], for: seen).prefix(41)), Rig.backend),
      ]
      for (frame, port) in others { #expect(rig.send(frame, into: port) == Scene.crossed(frame, from: port)) }
      #expect(rig.counters[.copied] == 0)
      expectSettled(rig)
    }

    @Test func `75: with unmatched drop ARP is dropped as ever, once`() throws {
      let rig = try Self.rig(unmatched: .drop)
      #expect(rig.send(Self.arp(1, from: Scene.servers[0], for: Self.clients[0].1), into: Rig.backend).isEmpty)
      #expect(rig.send(Self.arp(2, from: Self.clients[0].0, for: Scene.servers[0]), into: Rig.frontend).isEmpty)
      #expect(rig.counters[.unmatched] == 2 && rig.counters[.copied] == 0)
      expectSettled(rig)
    }

    @Test func `75, 84: with several frontends the request leaves by all, and the reply of a session by its own`()
      throws
    {
      let rig = try Self.rig(frontends: [IPv4Prefix("10.0.0.0/24"), IPv4Prefix("10.9.0.0/16")])
      let (client, seen) = Self.clients[2]
      let asked = rig.send(Self.arp(1, from: Scene.servers[0], for: seen), into: Rig.backend)
      let expected = Self.arp(1, from: Scene.servers[0], for: client)
      #expect(
        Set(asked) == Set([0, 1].map { Rig.Output(port: Rig.frontend($0), bytes: expected) }) && asked.count == 2)
      let request = Self.request(from: client, .udp())
      var arrived = request
      arrived.source = seen
      let server = try #require(Scene.server(of: rig.send(request.bytes, into: Rig.frontend(1)), for: arrived))
      let reply = Self.reply(request, from: server, to: seen)
      let back = Self.returned(reply, for: request).map { Rig.Output(port: Rig.frontend(1), bytes: $0.bytes) }
      #expect(rig.fromServer(reply) == back)
      // The same without an entry: by the real client's network.
      let fresh = try Self.rig(frontends: [IPv4Prefix("10.0.0.0/24"), IPv4Prefix("10.9.0.0/16")])
      #expect(fresh.fromServer(reply) == back)
      expectSettled(rig)
      expectSettled(fresh)
    }

    @Test func `74: every change of network bits leaves the checksums that counting from zero gives`() throws {
      var generator = TestSeed.generator("source rewrites")
      for _ in 0..<40 {
        let length = UInt8.random(in: 1...32, using: &generator)
        let prefix = {
          IPv4Prefix(IPv4Address(rawValue: .random(in: 1 << 24..<0x7F00_0000, using: &generator)), length: length)
        }
        let pair = SourceRewrite(from: prefix(), to: prefix())
        guard !pair.from.overlaps(pair.to), !pair.to.contains(Scene.vip), !pair.from.contains(Scene.vip) else {
          continue
        }
        let rig = try Self.rig(pairs: [pair])
        for payload in Self.payloads {
          let host = UInt32.random(in: 0 ... .max, using: &generator) & ~pair.from.mask
          let client = IPv4Address(rawValue: pair.from.network.rawValue | host)
          let seen = IPv4Address(rawValue: pair.to.network.rawValue | host)
          let request = Self.request(from: client, payload, port: .random(in: 1...65535, using: &generator))
          let server = try Self.arrive(rig, request, seen: seen)
          let reply = Self.reply(request, from: server, to: seen)
          #expect(rig.fromServer(reply) == Self.returned(reply, for: request))
        }
        expectSettled(rig)
      }
    }
  }
}
