import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What is remembered of flows, and for how long. Where a pool is changed meanwhile, memory shows.
  @Suite struct SessionTests {
    static let first = Scene.service([.tcp, .udp, .icmp], 80, weights: [1, 0, 0])
    static let second = Scene.service([.tcp, .udp, .icmp], 80, weights: [0, 1, 0])

    static func request(_ payload: FrameBuilder.Payload, _ port: UInt16 = 40000) -> FrameBuilder {
      FrameBuilder(from: Scene.client, port, to: Scene.vip, 80, payload, data: [1])
    }

    static func server(_ rig: Rig, _ request: FrameBuilder) -> Int? {
      Scene.server(of: rig.fromClient(request), for: request)
    }

    @Test func `42: the way back exists from the first packet on`() throws {
      let rig = try Rig(services: [Self.first])
      let request = Self.request(.tcp(flags: Scene.syn))
      #expect(Self.server(rig, request) == 0)
      rig.publish([Self.second])
      let reply = Scene.reply(to: request, from: 0, .tcp(flags: 0x12))
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
    }

    @Test func `42: a reply without an entry, of a server that hashing would not choose, crosses unchanged`() throws {
      let rig = try Rig(services: [Self.second])
      for payload in [FrameBuilder.Payload.tcp(flags: Scene.ack), .udp(), .icmp(type: 0)] {
        let reply = Scene.reply(to: Self.request(.udp()), from: 0, payload)
        #expect(rig.fromServer(reply) == Scene.crossed(reply.bytes, from: Rig.backend))
      }
      #expect(rig.counters[.noSession] == 3 && rig.counters[.sessionsActive] == 0)
      expectSettled(rig)
    }

    @Test func `43: established flows survive a flood of SYNs, which are balanced all the same`() throws {
      let rig = try Rig(services: [Self.first], sessionCapacity: 1000)
      let flows = (0..<500).map { Self.request(.tcp(flags: Scene.syn), 20000 + UInt16($0)) }
      for flow in flows {
        _ = rig.fromClient(flow)
        _ = rig.fromServer(Scene.reply(to: flow, from: 0, .tcp(flags: 0x12)))
        _ = rig.fromClient(Self.request(.tcp(flags: Scene.ack), flow.sourcePort))
      }
      var flood = Self.request(.tcp(flags: Scene.syn))
      for number in 0..<20000 {
        flood.source = IPv4Address(rawValue: 0xC612_0000 + UInt32(number))
        #expect(Self.server(rig, flood) == 0)
      }
      #expect(rig.counters[.sessionsEvicted] > 15000)
      rig.publish([Self.second])
      for flow in flows { #expect(Self.server(rig, Self.request(.tcp(flags: Scene.ack), flow.sourcePort)) == 0) }
      expectSettled(rig)
    }

    @Test func `43, 49: with a table full of established flows others are balanced both ways, and counted`() throws {
      let rig = try Rig(services: [Scene.web], sessionCapacity: 8)
      for port in 20000..<UInt16(20200) { _ = try Scene.connect(rig, port: port) }
      let before = rig.counters[.sessionsNotStored]
      #expect(before > 100)
      for port in 30000..<UInt16(30200) {
        let request = Scene.request(Scene.syn, port: port)
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        let reply = Scene.reply(to: request, from: server, .tcp(flags: 0x12))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
        let more = Scene.request(Scene.ack, port: port, data: [1])
        #expect(Scene.server(of: rig.fromClient(more), for: more) == server)
      }
      #expect(rig.counters[.sessionsNotStored] == before + 600)
      #expect((0..<3).reduce(0) { $0 + rig.backend($1).statelessPackets } == before + 600)
      expectSettled(rig)
    }

    /// A flow's packets up to a state, and how many ticks it may then idle.
    struct Idling: CustomTestStringConvertible {
      var name: String
      var steps: [(FrameBuilder.Payload, isRequest: Bool)]
      var ticks: UInt32
      var testDescription: String { name }
    }

    static let handshake: [(FrameBuilder.Payload, isRequest: Bool)] = [
      (.tcp(flags: Scene.syn), true), (.tcp(flags: 0x12), false), (.tcp(flags: Scene.ack), true),
    ]

    static let idling: [Idling] = [
      Idling(name: "SYN", steps: Array(handshake.prefix(1)), ticks: 100),
      Idling(name: "SYN-ACK", steps: Array(handshake.prefix(2)), ticks: 100),
      Idling(name: "established", steps: handshake, ticks: 36000),
      Idling(name: "half closed", steps: handshake + [(.tcp(flags: Scene.fin), true)], ticks: 36000),
      Idling(
        name: "closed", steps: handshake + [(.tcp(flags: Scene.fin), true), (.tcp(flags: Scene.fin), false)], ticks: 100
      ),
      Idling(name: "reset by the client", steps: handshake + [(.tcp(flags: Scene.reset), true)], ticks: 100),
      Idling(name: "reset by the server", steps: handshake + [(.tcp(flags: Scene.reset), false)], ticks: 100),
      Idling(name: "UDP", steps: [(.udp(), true)], ticks: 600),
      Idling(name: "UDP with an answer", steps: [(.udp(), true), (.udp(), false)], ticks: 600),
      Idling(name: "ICMP", steps: [(.icmp(type: 8), true), (.icmp(type: 0), false)], ticks: 100),
    ]

    @Test(arguments: idling, [true, false])
    func `44: each state has its own idle timeout, with or without the sweep`(_ idling: Idling, _ isSweeping: Bool)
      throws
    {
      let rig = try Rig(services: [Self.first])
      for (payload, isRequest) in idling.steps {
        let request = Self.request(payload)
        _ = isRequest ? rig.fromClient(request) : rig.fromServer(Scene.reply(to: request, from: 0, payload))
      }
      rig.publish([Self.second])
      // Real time passes too, so the last two seconds are left out.
      rig.skip(ticks: idling.ticks - 20, sweeping: isSweeping)
      #expect(rig.counters[.sessionsActive] == 1)
      // A packet that does not bring the flow any further.
      let isHalfOpen = idling.name.hasPrefix("SYN")
      let payload = idling.steps[0].0
      let probe: FrameBuilder.Payload =
        if case .tcp = payload {
          .tcp(flags: isHalfOpen ? Scene.syn : idling.name.hasPrefix("reset") ? Scene.reset : Scene.ack)
        } else {
          payload
        }
      #expect(Self.server(rig, Self.request(probe)) == 0, "the flow is known")
      rig.skip(ticks: idling.ticks + 1, sweeping: isSweeping)
      #expect(rig.counters[.sessionsActive] == (isSweeping ? 0 : 1))
      let next = idling.name.hasPrefix("reset") ? .tcp(flags: Scene.ack) : probe
      #expect(Self.server(rig, Self.request(next)) == 1, "the flow is new")
      #expect(rig.counters[.sessionsActive] == 1 && rig.counters[.sessionsExpired] == 1)
      expectSettled(rig)
    }

    @Test func `44: the sweep of the loop frees what has expired`() throws {
      let rig = try Rig(services: [Self.first])
      for port in 0..<UInt16(500) { _ = rig.fromClient(Self.request(.udp(), port)) }
      #expect(rig.counters[.sessionsActive] == 500)
      // The table is gone through once in a hundred ticks.
      rig.skip(ticks: 601, sweeping: false)
      for _ in 0..<110 {
        rig.skip(ticks: 1, sweeping: false)
        for _ in 0..<64 { rig.breathe() }
      }
      #expect(rig.counters[.sessionsActive] == 0 && rig.counters[.sessionsExpired] == 500)
      #expect(rig.backend(0).sessionsActive == 0)
    }

    @Test func `44: sessions outlive the wrap of the ticks`() throws {
      let rig = try Rig(services: [Self.first])
      rig.skip(ticks: 0xFF_FFFF - 50)
      _ = rig.fromClient(Self.request(.udp()))
      rig.publish([Self.second])
      for _ in 0..<5 {
        rig.skip(ticks: 500)
        #expect(Self.server(rig, Self.request(.udp())) == 0)
      }
      rig.skip(ticks: 610)
      #expect(rig.counters[.sessionsActive] == 0)
    }

    @Test(arguments: ["closed", "reset", "expired"])
    func `45: a SYN on a session that is over is a new decision`(_ end: String) throws {
      let rig = try Rig(services: [Self.first])
      for (payload, isRequest) in Self.handshake {
        _ =
          isRequest
          ? rig.fromClient(Self.request(payload))
          : rig.fromServer(Scene.reply(to: Self.request(payload), from: 0, payload))
      }
      rig.publish([Self.second])
      #expect(Self.server(rig, Self.request(.tcp(flags: Scene.syn))) == 0, "D6: a SYN on a living session keeps it")
      switch end {
      case "closed": Scene.close(rig, Self.request(.tcp(flags: Scene.ack)), server: 0)
      case "reset": _ = rig.fromClient(Self.request(.tcp(flags: Scene.reset)))
      default: rig.skip(ticks: 36001, sweeping: false)
      }
      if end != "expired" {
        let last = Self.request(.tcp(flags: Scene.ack))
        #expect(Self.server(rig, last) == 0, "the last words go where the others went")
        // A server without the connection answers them with another reset.
        if end == "reset" { _ = rig.fromServer(Scene.reply(to: last, from: 0, .tcp(flags: Scene.reset))) }
      }
      #expect(Self.server(rig, Self.request(.tcp(flags: Scene.syn))) == 1)
      #expect(Self.server(rig, Self.request(.tcp(flags: Scene.ack))) == 1)
      #expect(rig.counters[.sessionsActive] == 1 && rig.backend(0).sessionsActive == 0)
      expectSettled(rig)
    }

    @Test(arguments: [true, false])
    func `44: a reset that nobody believes does not end an established session`(_ isClientTalking: Bool) throws {
      let rig = try Rig(services: [Self.first])
      for (payload, isRequest) in Self.handshake {
        let request = Self.request(payload)
        _ = isRequest ? rig.fromClient(request) : rig.fromServer(Scene.reply(to: request, from: 0, payload))
      }
      rig.publish([Self.second])
      let more = Self.request(.tcp(flags: Scene.ack))
      for _ in 0..<3 {
        // Forged: the server will not believe it, and goes on, or answers the client that does.
        #expect(Self.server(rig, Self.request(.tcp(flags: Scene.reset))) == 0)
        #expect(rig.sessions().map(\.progress.phase) == [.closing])
        rig.skip(ticks: 80)
        if isClientTalking {
          #expect(Self.server(rig, more) == 0)
        } else {
          let reply = Scene.reply(to: more, from: 0, .tcp(flags: Scene.ack))
          #expect(rig.fromServer(reply) == Scene.returned(reply, for: more))
        }
        #expect(rig.sessions().map(\.progress.phase) == [.established])
        rig.skip(ticks: 30000)
      }
      #expect(Self.server(rig, more) == 0 && rig.counters[.sessionsCreated] == 1)
      expectSettled(rig)
    }

    @Test func `44: a long download after the client's FIN keeps the established timeout`() throws {
      let rig = try Rig(services: [Self.first])
      for (payload, isRequest) in Self.handshake + [(.tcp(flags: Scene.fin), true)] {
        let request = Self.request(payload)
        _ = isRequest ? rig.fromClient(request) : rig.fromServer(Scene.reply(to: request, from: 0, payload))
      }
      rig.publish([Self.second])
      let more = Self.request(.tcp(flags: Scene.ack))
      for _ in 0..<5 {
        rig.skip(ticks: 35000)
        let reply = Scene.reply(to: more, from: 0, .tcp(flags: Scene.ack), data: [1, 2, 3])
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: more))
        #expect(Self.server(rig, more) == 0)
      }
      #expect(rig.sessions().map(\.progress) == [SessionProgress(.established, clientFin: true)])
    }

    @Test func `45: a SYN on an established session reaches its server, and the reset that follows makes room`() throws
    {
      let rig = try Rig(services: [Self.first])
      for (payload, isRequest) in Self.handshake {
        let request = Self.request(payload)
        _ = isRequest ? rig.fromClient(request) : rig.fromServer(Scene.reply(to: request, from: 0, payload))
      }
      rig.publish([Self.second])
      // The client has rebooted: its old server answers with a challenge ACK (RFC 5961, section 4.2), which the client
      // answers with a reset. Its next SYN is a new connection.
      let open = Self.request(.tcp(flags: Scene.syn))
      #expect(Self.server(rig, open) == 0)
      let challenge = Scene.reply(to: open, from: 0, .tcp(flags: Scene.ack), data: [])
      #expect(rig.fromServer(challenge) == Scene.returned(challenge, for: open))
      #expect(rig.sessions().map(\.progress.phase) == [.established])
      #expect(Self.server(rig, Self.request(.tcp(flags: Scene.reset))) == 0)
      #expect(Self.server(rig, open) == 1)
      expectSettled(rig)
    }

    /// A table of two buckets: every flow collides with every other.
    @Test func `46: flows forced into the same buckets keep their own servers`() throws {
      let rig = try Rig(services: [Self.first], sessionCapacity: 4)
      let others = [Self.first, Self.second, Scene.service([.tcp, .udp, .icmp], 80, weights: [0, 0, 1])]
      var kept: [UInt16: Int] = [:]
      for port in 0..<UInt16(5) {
        rig.publish([others[Int(port) % 3]])
        for (payload, isRequest) in Self.handshake {
          let request = Self.request(payload, port)
          _ =
            isRequest ? rig.fromClient(request) : rig.fromServer(Scene.reply(to: request, from: Int(port) % 3, payload))
        }
        kept[port] = Int(port) % 3
      }
      #expect(rig.counters[.sessionsActive] == 5)
      for (port, server) in kept {
        let request = Self.request(.tcp(flags: Scene.ack), port)
        #expect(Self.server(rig, request) == server)
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.ack))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
        let stranger = Scene.reply(to: request, from: (server + 1) % 3, .tcp(flags: Scene.ack))
        #expect(rig.fromServer(stranger) == Scene.crossed(stranger.bytes, from: Rig.backend))
      }
      expectSettled(rig)
    }

    @Test(arguments: [true, false])
    func `49: after a restart flows in mid-stream go on, whichever side speaks first`(_ isClientFirst: Bool) throws {
      var servers: [UInt16: Int] = [:]
      do {
        let rig = try Rig(services: [Scene.web], seed: 99)
        for port in 20000..<UInt16(20300) { servers[port] = try Scene.connect(rig, port: port) }
      }
      let rig = try Rig(services: [Scene.web], seed: 99)
      for (port, server) in servers {
        let request = Scene.request(Scene.ack, port: port, data: [5])
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.ack), data: [6])
        if isClientFirst { #expect(Scene.server(of: rig.fromClient(request), for: request) == server) }
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
        #expect(Scene.server(of: rig.fromClient(request), for: request) == server)
      }
      #expect(rig.counters[isClientFirst ? .adoptedRequests : .adoptedReplies] == 300)
      #expect(rig.counters[.sessionsActive] == 300)
      // Adopted: they now stay, whatever becomes of the pool.
      rig.publish([Scene.service([.tcp], 8000, weights: [0, 0, 1])])
      for (port, server) in servers {
        let request = Scene.request(Scene.ack, port: port, data: [5])
        #expect(Scene.server(of: rig.fromClient(request), for: request) == server)
      }
      expectSettled(rig)
    }
  }
}
