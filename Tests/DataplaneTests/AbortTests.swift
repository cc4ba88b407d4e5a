import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What a server still sends for sessions that were killed, and how their clients hear of it who only listen.
  @Suite struct AbortTests {
    /// Three flows, of which the second server's was killed: the rig, and a request of that flow.
    static func killed(_ state: BackendState = .killedWithReset) throws -> (rig: Rig, request: FrameBuilder) {
      let (rig, ports) = try LeavingTests.flows()
      LeavingTests.publish(rig, [.active, state, .active])
      return (rig, LeavingTests.more(ports[1]))
    }

    static func reply(
      _ request: FrameBuilder, _ flags: UInt8 = Scene.ack, sequence: UInt32 = 5000, acknowledgment: UInt32 = 777,
      data: [UInt8] = [7, 8, 9]
    ) -> FrameBuilder {
      Scene.reply(
        to: request, from: 1, .tcp(flags: flags, sequence: sequence, acknowledgment: acknowledgment), data: data)
    }

    /// The reset that the client of a request gets in place of a reply.
    static func reset(
      _ request: FrameBuilder, flags: UInt8 = Scene.reset | Scene.ack, sequence: UInt32 = 5000,
      acknowledgment: UInt32 = 777
    ) -> [Rig.Output] {
      var frame = FrameBuilder(
        from: request.destination, request.destinationPort, to: request.source, request.sourcePort,
        .tcp(flags: flags, sequence: sequence, acknowledgment: acknowledgment))
      frame.identification = 0
      frame.window = 0
      return [Rig.Output(port: Rig.frontend, bytes: frame.bytes)]
    }

    /// Sends a server's frame, having heard what would become of it.
    static func send(
      _ frame: FrameBuilder, _ rig: Rig, foretold verdict: Explanation.Verdict,
      sourceLocation: SourceLocation = #_sourceLocation
    ) -> [Rig.Output] {
      let explanation = rig.explain(frame.bytes, from: Rig.backend)
      #expect(explanation.verdict == verdict, sourceLocation: sourceLocation)
      let output = rig.fromServer(frame)
      #expect(output.map(\.port) == (explanation.exit.map { [$0] } ?? []), sourceLocation: sourceLocation)
      return output
    }

    @Test func `48: with on_kill: reset the first reply of a killed session becomes a RST to its client`() throws {
      let (rig, request) = try Self.killed()
      var reply = Self.reply(request, sequence: .max - 1, acknowledgment: 0x0102_0304)
      reply.data = [UInt8](repeating: 0xA5, count: 1001)
      reply.options = [1, 1, 1, 1, 1, 1, 1, 0]
      reply.payload = .tcp(
        flags: Scene.ack | 0x08, sequence: .max - 1, acknowledgment: 0x0102_0304, options: [1, 1, 1, 1, 1, 1, 1, 0])
      (reply.timeToLive, reply.typeOfService) = (9, 3)
      let output = Self.send(reply, rig, foretold: .reset)
      #expect(output == Self.reset(request, sequence: .max - 1, acknowledgment: 0x0102_0304))
      let bytes = try #require(output.first).bytes
      #expect(bytes.count == 54 && Checksums.faults(of: bytes).isEmpty)
      expectSettled(rig)
    }

    @Test func `48: the reset ends the session in every book`() throws {
      let (rig, request) = try Self.killed()
      let before = rig.counters
      #expect(rig.backend(1).entries == 1 && rig.backend(1).sessionsActive == 1)
      #expect(Self.send(Self.reply(request), rig, foretold: .reset) == Self.reset(request))
      let after = rig.counters
      #expect(after[.answered] == before[.answered] + 1 && after[.forwarded] == before[.forwarded])
      #expect(after[.sessionsKilled] == 1 && after[.sessionsActive] == before[.sessionsActive] - 1)
      #expect(after[DropReason.sessionKilled] == 0)
      #expect(rig.backend(1).entries == 0 && rig.backend(1).sessionsActive == 0)
      let more = Self.reply(request, sequence: 5003)
      #expect(
        Self.send(more, rig, foretold: .passed(.noSession)) == Scene.crossed(more.bytes, from: Rig.backend),
        "what follows is nobody's")
      #expect(try #require(LeavingTests.server(rig, request)) != 1, "and the client's is an unknown flow")
      expectSettled(rig)
    }

    @Test func `48: of the replies in one burst the first tells the client, and no other`() throws {
      let (rig, request) = try Self.killed()
      let burst = (0..<4).map { Self.reply(request, sequence: 5000 + $0 * 3) }
      let output = rig.send(burst.map(\.bytes), into: Rig.backend)
      let crossed = burst.dropFirst().flatMap { Scene.crossed($0.bytes, from: Rig.backend) }
      #expect(output == Self.reset(request) + crossed)
      #expect(rig.counters[.answered] == 1 && rig.counters[.sessionsKilled] == 1 && rig.backend(1).entries == 0)
      expectSettled(rig)
    }

    @Test(arguments: [Scene.syn | Scene.ack, Scene.fin, Scene.ack])
    func `48: a SYN of a server that answers, a FIN and a bare ACK tell as data does`(_ flags: UInt8) throws {
      let (rig, request) = try Self.killed()
      let output = Self.send(Self.reply(request, flags, data: []), rig, foretold: .reset)
      #expect(output == Self.reset(request))
      expectSettled(rig)
    }

    @Test func `48: a segment that acknowledges nothing becomes a RST that does not either`() throws {
      let (rig, request) = try Self.killed()
      let output = Self.send(Self.reply(request, Scene.fin & ~Scene.ack), rig, foretold: .reset)
      #expect(output == Self.reset(request, flags: Scene.reset, acknowledgment: 0))
      expectSettled(rig)
    }

    @Test func `48: a killed server's own RST is translated, and ends the session`() throws {
      let (rig, request) = try Self.killed()
      let reply = Self.reply(request, Scene.reset | Scene.ack, data: [])
      #expect(Self.send(reply, rig, foretold: .returned) == Scene.returned(reply, for: request))
      #expect(rig.counters[Counter.answered] == 0 && rig.counters[.sessionsKilled] == 1)
      #expect(rig.backend(1).entries == 0)
      expectSettled(rig)
    }

    @Test func `48: a SYN of the server's own tells nothing`() throws {
      let (rig, request) = try Self.killed()
      #expect(Self.send(Self.reply(request, Scene.syn, data: []), rig, foretold: .dropped(.sessionKilled)).isEmpty)
      #expect(rig.counters[DropReason.sessionKilled] == 1 && rig.backend(1).entries == 1)
      expectSettled(rig)
    }

    @Test(arguments: [Scene.ack, Scene.reset])
    func `48: with on_kill: reselect replies of killed sessions are dropped`(_ flags: UInt8) throws {
      let (rig, request) = try Self.killed(.killed)
      #expect(Self.send(Self.reply(request, flags), rig, foretold: .dropped(.sessionKilled)).isEmpty)
      #expect(rig.counters[DropReason.sessionKilled] == 1 && rig.backend(1).entries == 1)
      expectSettled(rig)
    }

    @Test func `48: a datagram of a killed server is dropped, whatever on_kill says`() throws {
      let rig = try Rig(services: [Scene.dns])
      let request = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 53, .udp(), data: [1])
      let server = try #require(LeavingTests.server(rig, request))
      LeavingTests.publish(rig, (0..<3).map { $0 == server ? .killedWithReset : .active })
      let reply = Scene.reply(to: request, from: server, .udp())
      #expect(Self.send(reply, rig, foretold: .dropped(.sessionKilled)).isEmpty)
      #expect(rig.backend(server).entries == 1)
      expectSettled(rig)
    }

    @Test func `48: an expired session's client is not told`() throws {
      let (rig, request) = try Self.killed()
      rig.skip(ticks: 40_000, sweeping: false)
      let reply = Self.reply(request)
      let output = Self.send(reply, rig, foretold: .passed(.noSession))
      #expect(output == Scene.crossed(reply.bytes, from: Rig.backend))
      #expect(rig.counters[Counter.answered] == 0)
      expectSettled(rig)
    }

    @Test func `20, 48: many killed sessions are told at a bounded rate, and none is forgotten`() throws {
      let rig = try Rig(services: [Scene.service([.tcp], 8000, weights: [0, 1, 0])])
      let requests = (0..<400).map { LeavingTests.more(UInt16(1000 + $0)) }
      for request in requests { #expect(LeavingTests.server(rig, request) == 1) }
      LeavingTests.publish(rig, [.draining, .killedWithReset, .draining])
      // A budget of its own tick.
      rig.skip(ticks: 1)
      var waiting = requests
      let told = rig.send(requests.map { Self.reply($0).bytes }, into: Rig.backend)
      // A hundred in a tick of 100 ms, of which some may pass meanwhile.
      #expect((100..<400).contains(told.count))
      #expect(rig.counters[DropReason.rejectRateLimited] == UInt64(400 - told.count))
      #expect(rig.backend(1).entries == UInt64(400 - told.count), "who was not told keeps the session")
      waiting.removeAll { request in told.contains { $0 == Self.reset(request)[0] } }
      #expect(waiting.count == 400 - told.count)
      while !waiting.isEmpty, rig.backend(1).entries > 0 {
        rig.skip(ticks: 1)
        let turn = waiting.prefix(100)
        #expect(rig.send(turn.map { Self.reply($0).bytes }, into: Rig.backend) == turn.flatMap { Self.reset($0) })
        waiting.removeFirst(turn.count)
      }
      #expect(rig.backend(1).entries == 0 && rig.counters[.sessionsKilled] == 400)
      expectSettled(rig)
    }

    @Test func `48, 93: a spent budget is foretold`() throws {
      let rig = try Rig(services: [Scene.service([.tcp], 8000, weights: [0, 1, 0])])
      let requests = (0..<101).map { LeavingTests.more(UInt16(1000 + $0)) }
      for request in requests { _ = rig.fromClient(request) }
      LeavingTests.publish(rig, [.draining, .killedWithReset, .draining])
      rig.skip(ticks: 1)
      let tick = rig.tick()
      _ = rig.send(requests.dropLast().map { Self.reply($0).bytes }, into: Rig.backend)
      let last = Self.reply(requests[100])
      let foretold = rig.explain(last.bytes, from: Rig.backend)
      let output = rig.fromServer(last)
      // Else a tick has passed, and the budget is full again.
      guard rig.tick() == tick else { return }
      #expect(foretold.verdict == .dropped(.rejectRateLimited) && foretold.exit == nil && output.isEmpty)
    }
  }
}
