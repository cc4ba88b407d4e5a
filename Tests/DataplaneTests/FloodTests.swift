import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Stateless mode: more new flows than the limit.
  @Suite struct FloodTests {
    static let limit: UInt32 = 200
    static let synAck = Scene.syn | Scene.ack

    static func rig(_ services: [ServiceDefinition] = [Scene.web], capacity: Int = 4096) throws -> Rig {
      try Rig(services: services, sessionCapacity: capacity, floodLimit: limit)
    }

    /// Frames of so many clients that there are not, to the VIP; all within a tick or two.
    static func flood(
      _ rig: Rig, _ count: Int, from first: UInt32 = 0, _ payload: FrameBuilder.Payload = .tcp(flags: Scene.syn)
    ) {
      let frames = (0..<count).map { number in
        var frame = Scene.request(Scene.syn)
        frame.payload = payload
        frame.source = IPv4Address(rawValue: 0xC612_0000 + first + UInt32(number))
        return frame.bytes
      }
      _ = rig.send(frames, into: Rig.frontend)
    }

    /// A rig in stateless mode.
    static func flooded(_ services: [ServiceDefinition] = [Scene.web]) throws -> Rig {
      let rig = try rig(services)
      flood(rig, 1000)
      #expect(rig.counters[.statelessMode] == 1)
      return rig
    }

    @Test func `43: above the limit new flows are balanced and not stored`() throws {
      let rig = try Self.rig()
      let established = try Scene.connect(rig)
      var request = Scene.request(Scene.syn)
      for number in 0..<1000 {
        request.source = IPv4Address(rawValue: 0xC612_0000 + UInt32(number))
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Self.synAck))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      #expect(rig.counters[.statelessMode] == 1)
      // The time of the test may span two seconds, of which each allows the limit.
      let stored = rig.counters[.sessionsActive]
      #expect((200...401).contains(stored))
      #expect(rig.counters[.sessionsPeak] == stored)
      #expect(rig.counters[.sessionsLeftOut] == 2 * (1001 - stored), "SYN and SYN-ACK of each")
      rig.publish([Scene.service([.tcp], 8000, weights: [0, 0, 1])])
      let more = Scene.request(Scene.ack, data: [1])
      #expect(Scene.server(of: rig.fromClient(more), for: more) == established)
      expectSettled(rig)
    }

    @Test func `43: a real connection in stateless mode is remembered once its server has said more than a handshake`()
      throws
    {
      let rig = try Self.flooded()
      let stored = rig.counters[.sessionsActive]
      for port in 1000..<UInt16(1050) { _ = try Scene.connect(rig, port: port) }
      #expect(rig.counters[.sessionsActive] == stored, "SYN, SYN-ACK and ACK are what anybody can send or provoke")
      var servers: [UInt16: Int] = [:]
      for port in 1000..<UInt16(1050) {
        let request = Scene.request(Scene.ack | 8, port: port, data: [1, 2])
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        #expect(rig.counters[.sessionsActive] == stored + UInt64(servers.count))
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.ack))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
        servers[port] = server
      }
      #expect(rig.counters[.sessionsActive] == stored + 50 && rig.counters[.adoptedReplies] == 50)
      rig.publish([Scene.service([.tcp], 8000, weights: [0, 0, 1])])
      for (port, server) in servers {
        let more = Scene.request(Scene.ack, port: port, data: [1])
        #expect(Scene.server(of: rig.fromClient(more), for: more) == server)
      }
      expectSettled(rig)
    }

    @Test(arguments: [FrameBuilder.Payload.tcp(flags: Scene.ack), .tcp(flags: Scene.fin), .udp(), .icmp(type: 8)])
    func `43: no flood of one sort fills the table, and what servers say to it neither`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let service = Scene.service([.tcp, .udp, .icmp], 8000)
      let rig = try Self.rig([service])
      Self.flood(rig, 1000, payload)
      #expect(rig.counters[.statelessMode] == 1)
      let stored = rig.counters[.sessionsActive]
      #expect(stored <= 401)
      var request = Scene.request(Scene.syn)
      request.payload = payload
      for number in 2000..<UInt32(2100) {
        request.source = IPv4Address(rawValue: 0xC612_0000 + number)
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        var reply = Scene.reply(to: request, from: server, ClashTests.answer(payload))
        if case .tcp = payload { reply.payload = .tcp(flags: Scene.reset) }
        if !payload.hasPorts { reply.sourcePort = 0 }
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      #expect(rig.counters[.sessionsActive] == stored)
      expectSettled(rig)
    }

    @Test func `43: stateless mode ends after five calm seconds, and not before`() throws {
      let rig = try Self.flooded()
      for second in 1...10 {
        rig.skip(ticks: 10)
        Self.flood(rig, Int(Self.limit) * 3 / 4, from: UInt32(second) * 1000)
        #expect(rig.counters[.statelessMode] == 1, "below the limit, above its half")
      }
      rig.skip(ticks: 10)
      for second in 0..<4 {
        rig.skip(ticks: 10)
        #expect(rig.counters[.statelessMode] == 1, "\(second) calm seconds")
      }
      rig.skip(ticks: 20)
      rig.breathe()
      #expect(rig.counters[.statelessMode] == 0)
      let before = rig.counters[.sessionsActive]
      _ = try Scene.connect(rig)
      #expect(rig.counters[.sessionsActive] == before + 1)
      expectSettled(rig)
    }

    @Test func `43: the packets of a few flows that are not stored do not keep stateless mode on`() throws {
      let rig = try Self.flooded([Scene.service([.tcp, .udp], 8000)])
      var request = Scene.request(Scene.syn)
      request.payload = .udp()
      for _ in 0..<8 {
        rig.skip(ticks: 10)
        for _ in 0..<600 {
          request.sourcePort = UInt16.random(in: 1000..<1010)
          _ = rig.fromClient(request)
        }
      }
      #expect(rig.counters[.statelessMode] == 0)
      expectSettled(rig)
    }

    @Test func `45: in stateless mode too a SYN on a session that is over takes its place`() throws {
      let first = Scene.service([.tcp], 8000, weights: [1, 0, 0])
      let rig = try Self.rig([first])
      #expect(try Scene.connect(rig) == 0)
      Scene.close(rig, Scene.request(Scene.ack), server: 0)
      Self.flood(rig, 1000)
      rig.publish([Scene.service([.tcp], 8000, weights: [0, 1, 0])])
      let open = Scene.request(Scene.syn)
      #expect(Scene.server(of: rig.fromClient(open), for: open) == 1)
      let more = Scene.request(Scene.ack)
      #expect(Scene.server(of: rig.fromClient(more), for: more) == 1, "not the old one's")
      expectSettled(rig)
    }

    @Test func `21: in stateless mode a server behind two VIPs still answers from the right one`() throws {
      let rig = try Self.flooded(ClashTests.pair() + [Scene.service([.tcp], 8000)])
      for port in 30000..<UInt16(30100) {
        let requests = [Scene.vip, ClashTests.otherVIP].map { ClashTests.request(.tcp(flags: Scene.syn), port, to: $0) }
        let servers = try requests.map { try #require(Scene.server(of: rig.fromClient($0), for: $0)) }
        for (request, server) in zip(requests, servers) {
          let reply = Scene.reply(to: request, from: server, .tcp(flags: Self.synAck))
          #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
        }
      }
      expectSettled(rig)
    }

    @Test func `43, 93: explain says that a flow would not be stored`() throws {
      let rig = try Self.flooded()
      let open = Scene.request(Scene.syn)
      let foretold = rig.explain(open.bytes, from: Rig.frontend)
      #expect(foretold.verdict == .forwarded && !foretold.makesSession)
      let server = try #require(Scene.server(of: rig.fromClient(open), for: open))
      let reply = Scene.reply(to: open, from: server, .tcp(flags: Scene.ack))
      #expect(rig.explain(reply.bytes, from: Rig.backend).makesSession)
    }

    @Test func `43: without a limit there is no stateless mode`() throws {
      let rig = try Rig(services: [Scene.web])
      Self.flood(rig, 3000)
      #expect(rig.counters[.statelessMode] == 0 && rig.counters[.sessionsActive] == 3000)
    }
  }
}
