import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Flows whose packets look alike from one side.
  @Suite struct ClashTests {
    /// A client port used in turn for the VIP and for the very server it leads to.
    @Test(arguments: [true, false])
    func `5: a port used for the VIP and for the server itself in turn gets its own replies`(_ isVIPFirst: Bool) throws
    {
      let rig = try Rig(services: [Scene.web])
      let toVIP = Scene.request(Scene.syn)
      // A reset makes no session.
      let server = try #require(
        Scene.server(of: rig.fromClient(Scene.request(Scene.reset)), for: Scene.request(Scene.reset)))
      var direct = toVIP
      direct.destination = Scene.servers[server]
      direct.destinationPort = 8002 + UInt16(server)
      for turn in 0..<4 {
        let request = (turn % 2 == 0) == isVIPFirst ? toVIP : direct
        _ = rig.fromClient(request)
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.syn | Scene.ack))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request), "turn \(turn)")
        var acknowledgment = request
        acknowledgment.payload = .tcp(flags: Scene.ack)
        _ = rig.fromClient(acknowledgment)
        Scene.close(rig, request, server: server)
      }
      expectSettled(rig)
      #expect(rig.counters[.sessionsActive] == 1)
    }

    @Test func `5: an entry that has expired and is not yet swept does not answer for one that lives`() throws {
      let rig = try Rig(services: [Scene.dns])
      let toVIP = FrameBuilder(from: Scene.client, 5000, to: Scene.vip, 53, .udp(), data: [1])
      let server = try #require(Scene.server(of: rig.fromClient(toVIP), for: toVIP))
      let direct = Self.direct(toVIP, to: server)
      rig.skip(ticks: 601, sweeping: false)
      #expect(rig.fromClient(direct) == Scene.crossed(direct.bytes, from: Rig.frontend))
      let reply = Scene.reply(to: direct, from: server, .udp())
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: direct))
      expectSettled(rig)
    }

    // MARK: One port, one server, two roads at once

    static let otherVIP = IPv4Address(10, 0, 2, 101)
    static let transports: [FrameBuilder.Payload] = [.tcp(flags: Scene.syn), .udp(), .icmp(type: 8)]

    /// The same servers behind two VIPs.
    static func pair(weights: [UInt32] = [1, 1, 1]) -> [ServiceDefinition] {
      [Scene.vip, otherVIP].map { Scene.service([.tcp, .udp, .icmp], 80, weights: weights, vip: $0) }
    }

    static func direct(_ request: FrameBuilder, to server: Int) -> FrameBuilder {
      var direct = request
      direct.destination = Scene.servers[server]
      direct.destinationPort = request.payload.hasPorts ? 8002 + UInt16(server) : 0
      return direct
    }

    static func request(_ payload: FrameBuilder.Payload, _ port: UInt16, to vip: IPv4Address) -> FrameBuilder {
      FrameBuilder(from: Scene.client, port, to: vip, 80, payload, data: [1])
    }

    /// The payload of a server's answer.
    static func answer(_ payload: FrameBuilder.Payload) -> FrameBuilder.Payload {
      switch payload {
      case .tcp: .tcp(flags: Scene.syn | Scene.ack)
      case .icmp: .icmp(type: 0)
      default: .udp()
      }
    }

    static func answer(_ request: FrameBuilder, from server: Int) -> FrameBuilder {
      var reply = Scene.reply(to: request, from: server, answer(request.payload))
      if !request.payload.hasPorts { reply.sourcePort = 0 }
      return reply
    }

    @Test(arguments: transports)
    func `21: one port to two VIPs of the same servers at once: every reply has its own VIP`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let rig = try Rig(services: Self.pair())
      var avoided: UInt64 = 0
      for port in 30000..<UInt16(30200) {
        let requests = [Scene.vip, Self.otherVIP].map { Self.request(payload, port, to: $0) }
        let servers = try requests.map { try #require(Scene.server(of: rig.fromClient($0), for: $0)) }
        #expect(servers[0] != servers[1])
        for (request, server) in zip(requests, servers) {
          let reply = Self.answer(request, from: server)
          #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
          #expect(Scene.server(of: rig.fromClient(request), for: request) == server, "it stays")
        }
        if rig.counters[.clashesAvoided] > avoided { avoided += 1 }
      }
      // The services choose for themselves: a third would have met.
      #expect((40..<100).contains(avoided) && rig.counters[.clashesAvoided] == avoided)
      #expect(rig.counters[.sessionsActive] == 400 && rig.counters[.clashesRefused] == 0)
      expectSettled(rig)
    }

    @Test(arguments: transports)
    func `21: without another server the second flow is refused, until the first is over`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let rig = try Rig(services: Self.pair(weights: [0, 1, 0]))
      let first = Self.request(payload, 40000, to: Scene.vip)
      let second = Self.request(payload, 40000, to: Self.otherVIP)
      #expect(Scene.server(of: rig.fromClient(first), for: first) == 1)
      let foretold = rig.explain(second.bytes, from: Rig.frontend)
      let output = rig.fromClient(second)
      if case .tcp = payload {
        // A reset from the VIP that was asked, for the SYN and its one octet.
        var reset = FrameBuilder(from: Self.otherVIP, 80, to: Scene.client, 40000, .tcp(flags: 0x14, acknowledgment: 2))
        (reset.sourceMAC, reset.destinationMAC) = (second.destinationMAC, second.sourceMAC)
        #expect(output.count == 1 && output[0].port == Rig.frontend)
        #expect(output.first?.bytes[26..<38].elementsEqual(reset.bytes[26..<38]) == true && output[0].bytes[47] == 0x14)
        #expect(Checksums.faults(of: output[0].bytes).isEmpty)
        #expect(foretold.verdict == .portInUse && rig.counters[.answered] == 1)
      } else {
        #expect(output.isEmpty && foretold.verdict == .dropped(.portInUse) && rig.counters[.portInUse] == 1)
      }
      #expect(rig.counters[.clashesRefused] == 1 && rig.counters[.sessionsActive] == 1)
      let reply = Self.answer(first, from: 1)
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: first))
      rig.skip(ticks: 36001)
      #expect(Scene.server(of: rig.fromClient(second), for: second) == 1)
      let later = Self.answer(second, from: 1)
      #expect(rig.fromServer(later) == Scene.returned(later, for: second))
      expectSettled(rig)
    }

    @Test func `21: with a full table a flow that needs another server is refused rather than led astray`() throws {
      let rig = try Rig(services: Self.pair(weights: [1, 1, 0]), sessionCapacity: 4)
      for port in 20000..<UInt16(20020) {
        for flags in [Scene.ack] {
          let request = Self.request(.tcp(flags: flags), port, to: Scene.vip)
          guard let server = Scene.server(of: rig.fromClient(request), for: request) else { continue }
          _ = rig.fromServer(Scene.reply(to: request, from: server, .tcp(flags: Scene.ack)))
        }
      }
      let known = rig.sessions()
      #expect(known.count == 8 && known.allSatisfy { $0.progress.phase == .established })
      var refused = 0
      for session in known {
        let request = Self.request(.tcp(flags: Scene.syn), session.client.port, to: Self.otherVIP)
        let output = rig.fromClient(request)
        let server = Scene.server(of: output, for: request)
        if server == nil { refused += 1 } else { #expect(server != Int(session.backend.rawValue)) }
      }
      #expect(refused > 0 && rig.counters[.clashesRefused] == UInt64(refused))
      expectSettled(rig)
    }

    @Test(arguments: transports)
    func `22: a port in use with a server itself gets another server from the VIP, and no direct reply is rewritten`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let rig = try Rig(services: [Scene.everything])
      for port in 30000..<UInt16(30060) {
        let toVIP = Self.request(payload, port, to: Scene.vip)
        let direct = Self.direct(toVIP, to: Int(port) % 3)
        #expect(rig.fromClient(direct) == Scene.crossed(direct.bytes, from: Rig.frontend))
        let server = try #require(Scene.server(of: rig.fromClient(toVIP), for: toVIP))
        #expect(server != Int(port) % 3)
        for (request, server) in [(direct, Int(port) % 3), (toVIP, server), (direct, Int(port) % 3)] {
          let reply = Self.answer(request, from: server)
          #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
        }
      }
      #expect((8..<35).contains(rig.counters[.clashesAvoided]) && rig.counters[.clashesRefused] == 0)
      expectSettled(rig)
    }

    @Test(arguments: transports)
    func `22: a port in use with a server through the VIP is refused to the server itself`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let rig = try Rig(services: [Scene.everything])
      let toVIP = Self.request(payload, 40000, to: Scene.vip)
      let server = try #require(Scene.server(of: rig.fromClient(toVIP), for: toVIP))
      let direct = Self.direct(toVIP, to: server)
      let foretold = rig.explain(direct.bytes, from: Rig.frontend)
      let output = rig.fromClient(direct)
      if case .tcp = payload {
        #expect(output.map(\.port) == [Rig.frontend] && foretold.verdict == .portInUse)
        #expect(output[0].bytes[26..<30].elementsEqual(Scene.servers[server].octets))
      } else {
        #expect(output.isEmpty && foretold.verdict == .dropped(.portInUse) && rig.counters[.portInUse] == 1)
      }
      let reply = Self.answer(toVIP, from: server)
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: toVIP))
      // Other servers may be asked.
      let other = Self.direct(toVIP, to: (server + 1) % 3)
      #expect(rig.fromClient(other) == Scene.crossed(other.bytes, from: Rig.frontend))
      expectSettled(rig)
    }

    @Test func `22: refusals are bounded, and a reset is not answered`() throws {
      let rig = try Rig(services: [Scene.service([.tcp], 80, weights: [1, 0, 0])])
      let toVIP = Self.request(.tcp(flags: Scene.syn), 40000, to: Scene.vip)
      _ = rig.fromClient(toVIP)
      let direct = Self.direct(toVIP, to: 0)
      let answered = rig.send([[UInt8]](repeating: direct.bytes, count: 400), into: Rig.frontend).count
      #expect((100..<400).contains(answered))
      #expect(rig.counters[DropReason.rejectRateLimited] == UInt64(400 - answered))
      #expect(rig.counters[.clashesRefused] == 400)
      let reset = Self.direct(Self.request(.tcp(flags: Scene.reset), 40000, to: Scene.vip), to: 0)
      #expect(rig.fromClient(reset) == Scene.crossed(reset.bytes, from: Rig.frontend))
      expectSettled(rig)
    }

    @Test func `27: a flow keeps its server when another that hashing would choose speaks up`() throws {
      let alone = Scene.service([.tcp], 8000, weights: [1, 0, 0])
      let other = Scene.service([.tcp], 8000, weights: [0, 1, 1])
      let rig = try Rig(services: [alone])
      #expect(try Scene.connect(rig) == 0)
      rig.publish([other])
      let chosen = try #require(
        (1...2).first { server in
          let stray = Scene.reply(to: Scene.request(Scene.syn), from: server, .tcp(flags: Scene.ack))
          return rig.tables.tables.pointee.choice(
            of: rig.tables.tables.pointee.service(ServiceIndex(0)),
            for: Endpoint(Scene.client, 40000, .tcp)) == BackendIndex(UInt16(server)) && stray.sourcePort > 0
        })
      let stray = Scene.reply(to: Scene.request(Scene.syn), from: chosen, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(stray) == Scene.crossed(stray.bytes, from: Rig.backend))
      let next = Scene.request(Scene.ack, data: [1])
      #expect(Scene.server(of: rig.fromClient(next), for: next) == 0)
      expectSettled(rig)
      #expect(rig.counters[.sessionsActive] == 1)
    }

    @Test func `6: a server's own SYN from a service's port is no reply and crosses unchanged`() throws {
      let rig = try Rig(services: [Scene.web])
      for port in 1000..<UInt16(1300) {
        let frame = FrameBuilder(from: Scene.servers[0], 8002, to: Scene.client, port, .tcp(flags: Scene.syn))
        #expect(rig.fromServer(frame) == Scene.crossed(frame.bytes, from: Rig.backend))
      }
      #expect(rig.counters[.sessionsActive] == 0)
      expectSettled(rig)
    }
  }
}
