import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What becomes of sessions when their backend or service goes: it lingers, or it is killed.
  @Suite struct LeavingTests {
    /// A rig with one flow on each of the three servers of a service, by the client's port.
    static func flows(_ service: ServiceDefinition = Scene.web) throws -> (rig: Rig, ports: [UInt16]) {
      let rig = try Rig(services: [service])
      var ports: [Int: UInt16] = [:]
      var port = UInt16(40000)
      while ports.count < 3 {
        let explanation = rig.explain(Scene.request(Scene.syn, port: port).bytes, from: Rig.frontend)
        if let choice = explanation.backend, ports[Int(choice.rawValue)] == nil {
          ports[try Scene.connect(rig, port: port)] = port
        }
        port += 1
      }
      return (rig, (0..<3).compactMap { ports[$0] })
    }

    /// Puts the first service's backends in these states.
    static func publish(_ rig: Rig, _ states: [BackendState], isRemoved: Bool = false) {
      rig.publish(layouts: [rig.tables.layouts[0].with(states, isRemoved: isRemoved, keys: rig.keys)])
    }

    static func more(_ port: UInt16, _ flags: UInt8 = Scene.ack) -> FrameBuilder {
      Scene.request(flags, port: port, data: [1, 2, 3])
    }

    static func server(_ rig: Rig, _ request: FrameBuilder) -> Int? {
      Scene.server(of: rig.fromClient(request), for: request)
    }

    @Test func `48: a removed backend keeps its sessions both ways and gets no new one`() throws {
      let (rig, ports) = try Self.flows()
      Self.publish(rig, [.active, .removed, .active])
      let request = Self.more(ports[1])
      #expect(Self.server(rig, request) == 1)
      let reply = Scene.reply(to: request, from: 1, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      for port in UInt16(50000)..<50200 { #expect(Self.server(rig, Scene.request(Scene.syn, port: port)) != 1) }
      #expect(rig.backend(1).sessionsActive == 1 && rig.backend(1).entries == 1)
      // A SYN on the closed session goes elsewhere, and then nothing names the backend any more.
      Scene.close(rig, request, server: 1)
      #expect(Self.server(rig, Self.more(ports[1], Scene.syn)) != 1)
      #expect(rig.backend(1).sessionsActive == 0 && rig.backend(1).entries == 0)
      expectSettled(rig)
    }

    @Test func `48: a removed service keeps its sessions both ways, and is nobody's for others`() throws {
      let (rig, ports) = try Self.flows()
      Self.publish(rig, [.removed, .removed, .removed], isRemoved: true)
      for (server, port) in ports.enumerated() {
        let request = Self.more(port)
        #expect(Self.server(rig, request) == server)
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.ack))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      let before = rig.counters
      let stranger = Scene.request(Scene.syn, port: 50000)
      #expect(rig.fromClient(stranger) == Scene.crossed(stranger.bytes, from: Rig.frontend))
      #expect(rig.counters[.noService] == before[.noService] + 1)
      #expect(rig.counters[.sessionsCreated] == before[.sessionsCreated])
      expectSettled(rig)
    }

    @Test func `48: sessions of a killed backend choose anew with their next packet`() throws {
      let (rig, ports) = try Self.flows()
      Self.publish(rig, [.active, .killed, .active])
      let request = Self.more(ports[1])
      let late = Scene.reply(to: request, from: 1, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(late).isEmpty, "what it still sends is no longer translated")
      #expect(rig.counters[.sessionKilled] == 1)
      let chosen = try #require(Self.server(rig, request))
      #expect(chosen != 1)
      #expect(Self.server(rig, request) == chosen)
      let reply = Scene.reply(to: request, from: chosen, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      #expect(rig.counters[.sessionsKilled] == 1 && rig.backend(1).entries == 0)
      for server in [0, 2] { #expect(Self.server(rig, Self.more(ports[server])) == server, "the others stay") }
      expectSettled(rig)
    }

    @Test func `48: with on_kill: reset a killed session's client hears a RST, once, and the session is gone`() throws {
      let (rig, ports) = try Self.flows()
      Self.publish(rig, [.active, .killedWithReset, .active])
      var request = Self.more(ports[1])
      request.payload = .tcp(flags: Scene.ack, sequence: 1000, acknowledgment: 777)
      var expected = FrameBuilder(
        from: request.destination, request.destinationPort, to: request.source, request.sourcePort,
        .tcp(flags: Scene.reset, sequence: 777))
      expected.sourceMAC = request.destinationMAC
      expected.destinationMAC = request.sourceMAC
      let answer = try #require(rig.fromClient(request).first)
      #expect(answer.port == Rig.frontend)
      guard case .packet(let packet) = ReferencePacket.read(answer.bytes) else {
        Issue.record("not a packet: \(answer)")
        return
      }
      #expect(packet.isReset && packet.source == Endpoint(Scene.vip, 8000, .tcp))
      #expect(packet.destination == Endpoint(Scene.client, ports[1], .tcp))
      #expect(Array(answer.bytes[38..<42]) == [0, 0, 3, 9], "the sequence number that the client expects")
      #expect(rig.counters[Counter.answered] == 1 && rig.counters[.sessionsKilled] == 1)
      #expect(rig.backend(1).entries == 0)
      let next = try #require(Self.server(rig, request), "then it is an unknown flow")
      #expect(next != 1)
      expectSettled(rig)
    }

    @Test func `45, 48: a SYN on a killed session is a new connection, whatever on_kill says`() throws {
      for state in [BackendState.killed, .killedWithReset] {
        let (rig, ports) = try Self.flows()
        Self.publish(rig, [.active, state, .active])
        let server = try #require(Self.server(rig, Self.more(ports[1], Scene.syn)))
        #expect(server != 1)
        #expect(rig.counters[.sessionsKilled] == 1)
        expectSettled(rig)
      }
    }

    @Test func `48: datagrams of a killed session choose anew, whatever on_kill says`() throws {
      let service = Scene.service([.udp], 53)
      let rig = try Rig(services: [service])
      let request = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 53, .udp(), data: [1])
      let first = try #require(Self.server(rig, request))
      var states = [BackendState](repeating: .active, count: 3)
      states[first] = .killedWithReset
      Self.publish(rig, states)
      let second = try #require(Self.server(rig, request))
      #expect(second != first)
      expectSettled(rig)
    }

    @Test func `48: the sweep ends killed sessions that are to choose anew, and leaves those that are to be told`()
      throws
    {
      for (state, left) in [(BackendState.killed, UInt64(2)), (.killedWithReset, 3), (.removed, 3)] {
        let (rig, _) = try Self.flows()
        Self.publish(rig, [.active, state, .active])
        rig.skip(ticks: 1)
        #expect(rig.counters[.sessionsActive] == left)
        #expect(rig.backend(1).entries == left - 2)
      }
    }

    @Test func `48: a killed service's sessions end, and their packets are nobody's`() throws {
      let (rig, ports) = try Self.flows()
      Self.publish(rig, [.killed, .killed, .killed], isRemoved: true)
      let request = Self.more(ports[0])
      #expect(rig.fromClient(request) == Scene.crossed(request.bytes, from: Rig.frontend))
      expectSettled(rig)
    }

    @Test func `22, 48: a client that talks to a backend itself is not concerned by a kill`() throws {
      let (rig, ports) = try Self.flows()
      let direct = FrameBuilder(
        from: Scene.client, 41000, to: Scene.servers[1], 8003, .tcp(flags: Scene.syn), data: [])
      _ = rig.fromClient(direct)
      #expect(rig.backend(1).entries == 2 && rig.backend(1).sessionsActive == 1)
      Self.publish(rig, [.active, .killed, .active])
      _ = Self.server(rig, Self.more(ports[1]))
      rig.skip(ticks: 1)
      #expect(rig.backend(1).entries == 1, "the index is still named")
      let reply = FrameBuilder(from: Scene.servers[1], 8003, to: Scene.client, 41000, .tcp(flags: 0x12), data: [])
      #expect(rig.fromServer(reply) == Scene.crossed(reply.bytes, from: Rig.backend))
      #expect(rig.fromClient(direct) == Scene.crossed(direct.bytes, from: Rig.frontend))
      rig.skip(ticks: 101)
      #expect(rig.backend(1).entries == 0)
      expectSettled(rig)
    }

    @Test func `a client that talks to a backend which has left is not remembered`() throws {
      for state in [BackendState.removed, .killed] {
        let (rig, _) = try Self.flows()
        Self.publish(rig, [.active, state, .active])
        let before = rig.counters[.sessionsCreated]
        let direct = FrameBuilder(
          from: Scene.client, 41000, to: Scene.servers[1], 8003, .tcp(flags: Scene.syn), data: [])
        #expect(rig.fromClient(direct) == Scene.crossed(direct.bytes, from: Rig.frontend))
        #expect(rig.counters[.sessionsCreated] == before)
      }
    }

    @Test func `32: a draining backend keeps its sessions, also with nobody else there`() throws {
      let (rig, ports) = try Self.flows()
      Self.publish(rig, [.draining, .draining, .draining])
      for (server, port) in ports.enumerated() { #expect(Self.server(rig, Self.more(port)) == server) }
      let stranger = Scene.request(Scene.syn, port: 50000)
      #expect(rig.fromClient(stranger) == Scene.crossed(stranger.bytes, from: Rig.frontend))
      #expect(rig.counters[PassReason.noBackend] == 1)
      expectSettled(rig)
    }
  }
}
