import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What workers count of how the servers of observed services take new sessions.
  @Suite struct OpeningTests {
    static func observed(_ service: ServiceDefinition) -> ServiceDefinition {
      var service = service
      service.isObserved = true
      return service
    }

    /// All servers' counts together.
    static func total(_ rig: Rig) -> OpeningSnapshot {
      (0..<3).map { rig.openings($0) }.reduce(OpeningSnapshot(), +)
    }

    /// What was counted, by its name; what was not is not there.
    static func counts(_ openings: OpeningSnapshot) -> [String: UInt64] {
      let names: [(String, OpeningEvent)] = [
        ("attempted", .attempted), ("repeated", .repeated), ("answered", .answered), ("refused", .refused),
        ("unreachable", .unreachable), ("abandoned", .abandoned), ("datagrams", .datagramsBegan),
        ("datagramsUnreachable", .datagramsUnreachable),
      ]
      return Dictionary(uniqueKeysWithValues: names.map { ($0, openings[$1]) }).filter { $0.value > 0 }
    }

    /// A connection's first SYN, and the server that got it.
    static func open(_ rig: Rig, port: UInt16 = 40000) throws -> (request: FrameBuilder, server: Int) {
      let request = Scene.request(Scene.syn, port: port)
      return (request, try #require(Scene.server(of: rig.fromClient(request), for: request)))
    }

    @Test func `87: a SYN-ACK is counted once and timed, and what follows goes the usual way`() throws {
      let rig = try Rig(services: [Self.observed(Scene.web)])
      for port in 40000..<40050 as Range<UInt16> {
        let (request, server) = try Self.open(rig, port: port)
        let answer = Scene.reply(to: request, from: server, .tcp(flags: Scene.syn | Scene.ack), data: [])
        for _ in 0..<3 { #expect(rig.fromServer(answer) == Scene.returned(answer, for: request)) }
        let data = Scene.request(Scene.ack, port: port, data: [1])
        #expect(Scene.server(of: rig.fromClient(data), for: data) == server)
        Scene.close(rig, data, server: server)
      }
      let total = Self.total(rig)
      #expect(Self.counts(total) == ["attempted": 50, "answered": 50])
      #expect(total.open == 0 && total.timedAnswers == 50)
      for server in 0..<3 {
        let openings = rig.openings(server)
        #expect(openings[.attempted] == rig.backend(server).sessionsCreated && openings[.attempted] > 0)
      }
      expectSettled(rig)
    }

    @Test func `87: a repeated SYN is counted, goes to the same server, and its answer is not timed`() throws {
      let rig = try Rig(services: [Self.observed(Scene.web)])
      let (request, server) = try Self.open(rig)
      for _ in 0..<3 { #expect(Scene.server(of: rig.fromClient(request), for: request) == server) }
      #expect(Self.counts(Self.total(rig)) == ["attempted": 1, "repeated": 3])
      #expect(Self.total(rig).open == 1)
      _ = rig.fromServer(Scene.reply(to: request, from: server, .tcp(flags: Scene.syn | Scene.ack), data: []))
      #expect(Self.counts(rig.openings(server)) == ["attempted": 1, "repeated": 3, "answered": 1])
      #expect(Self.total(rig).timedAnswers == 0)
      #expect(rig.counters[.sessionsCreated] == 1)
      expectSettled(rig)
    }

    @Test func `87: a RST that answers a SYN is a refusal; one of an established connection is none`() throws {
      let rig = try Rig(services: [Self.observed(Scene.web)])
      let (request, server) = try Self.open(rig)
      let refusal = Scene.reply(to: request, from: server, .tcp(flags: Scene.reset | Scene.ack), data: [])
      for _ in 0..<2 { #expect(rig.fromServer(refusal) == Scene.returned(refusal, for: request)) }
      #expect(Self.counts(rig.openings(server)) == ["attempted": 1, "refused": 1])
      let other = try Scene.connect(rig, port: 40001)
      _ = rig.fromServer(
        Scene.reply(to: Scene.request(Scene.ack, port: 40001), from: other, .tcp(flags: Scene.reset), data: []))
      #expect(Self.counts(Self.total(rig)) == ["attempted": 2, "refused": 1, "answered": 1])
      expectSettled(rig)
    }

    @Test(arguments: ErrorTests.kinds)
    func `87: an ICMP error that says unreachable counts once a connection, any other not at all`(
      _ kind: (UInt8, UInt8)
    ) throws {
      let rig = try Rig(services: [Self.observed(Scene.web)])
      let (request, server) = try Self.open(rig)
      let sent = ErrorTests.error(kind, from: ErrorTests.router, about: Scene.arrived(request, at: server))
      let expected = ErrorTests.error(kind, from: ErrorTests.router, about: request)
      for _ in 0..<3 { #expect(rig.fromServer(sent) == [Rig.Output(port: Rig.frontend, bytes: expected.bytes)]) }
      let isUnreachable = kind.0 == 3 && kind.1 != 4
      #expect(
        Self.counts(rig.openings(server)) == (isUnreachable ? ["attempted": 1, "unreachable": 1] : ["attempted": 1]))
      // What the client sends again goes where the first went, and is no other attempt.
      #expect(Scene.server(of: rig.fromClient(request), for: request) == server)
      #expect(rig.openings(server)[.attempted] == 1)
      expectSettled(rig)
    }

    @Test func `87: of datagrams errors count, before the server has answered`() throws {
      let rig = try Rig(services: [Self.observed(Scene.dns)])
      for (port, isAnswered) in [(40000 as UInt16, false), (40001, true)] {
        let request = FrameBuilder(from: Scene.client, port, to: Scene.vip, 53, .udp(), data: [1, 2, 3])
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        #expect(Scene.server(of: rig.fromClient(request), for: request) == server)
        let reply = Scene.reply(to: request, from: server, .udp())
        if isAnswered { #expect(rig.fromServer(reply) == Scene.returned(reply, for: request)) }
        let arrived = Scene.arrived(request, at: server)
        for _ in 0..<2 { _ = rig.fromServer(ErrorTests.error((3, 3), from: Scene.servers[server], about: arrived)) }
      }
      #expect(Self.counts(Self.total(rig)) == ["datagrams": 2, "datagramsUnreachable": 1])
      expectSettled(rig)
    }

    @Test func `87: an attempt that the client gives up, or whose entry gives way, speaks against nobody`() throws {
      let rig = try Rig(services: [Self.observed(Scene.web)], sessionCapacity: 64)
      let (_, server) = try Self.open(rig)
      let reset = Scene.request(Scene.reset)
      #expect(Scene.server(of: rig.fromClient(reset), for: reset) == server)
      #expect(Self.counts(rig.openings(server)) == ["attempted": 1, "abandoned": 1])
      for port in 41000..<41500 as Range<UInt16> { _ = try Self.open(rig, port: port) }
      let counters = rig.counters
      #expect(counters[.sessionsEvicted] > 0)
      #expect(Self.total(rig)[.abandoned] == 1 + counters[.sessionsEvicted])
      #expect(Self.total(rig)[.attempted] == counters[.sessionsCreated])
      expectSettled(rig)
    }

    @Test func `87: an attempt that nobody answers stays open, and the port's next SYN is another`() throws {
      let rig = try Rig(services: [Self.observed(Scene.web)])
      _ = try Self.open(rig)
      rig.skip(ticks: 101)
      _ = try Self.open(rig)
      #expect(Self.counts(Self.total(rig)) == ["attempted": 2])
      #expect(Self.total(rig).open == 2)
      expectSettled(rig)
    }

    @Test func `87: of a dsr service repeated SYNs are seen, and clients that go on`() throws {
      let rig = try Rig(services: [Self.observed(ServerSide.service(servers: 1..<2))], unmatched: .drop)
      let syn = ServerSide.request(), ack = ServerSide.request(.tcp(flags: Scene.ack))
      for frame in [syn, syn, syn, ack, ack, syn] {
        #expect(ServerSide.server(of: rig.fromClient(frame), for: frame) == 1)
      }
      #expect(Self.counts(rig.openings(0)) == ["attempted": 1, "repeated": 2, "answered": 1])
      expectSettled(rig)
    }

    @Test func `87: what is not observed counts nothing, and what was does so no more`() throws {
      let rig = try Rig(services: [Scene.web, Self.observed(Scene.dns)])
      _ = try Scene.connect(rig)
      let (request, server) = try Self.open(rig, port: 40001)
      _ = rig.fromServer(Scene.reply(to: request, from: server, .tcp(flags: Scene.reset | Scene.ack), data: []))
      // A client that is met in the midst of a connection begins none.
      #expect(Self.counts(Self.total(rig)) == [:])
      rig.publish([Self.observed(Scene.web), Scene.dns])
      _ = rig.fromClient(Scene.request(Scene.ack, port: 40002))
      #expect(Self.counts(Self.total(rig)) == [:])
      let (later, stays) = try Self.open(rig, port: 40003)
      rig.publish([Scene.web, Scene.dns])
      // What was marked before ends as it would have.
      let answer = Scene.reply(to: later, from: stays, .tcp(flags: Scene.syn | Scene.ack), data: [])
      #expect(rig.fromServer(answer) == Scene.returned(answer, for: later))
      _ = try Self.open(rig, port: 40004)
      #expect(Self.counts(Self.total(rig)) == ["attempted": 1, "answered": 1])
      expectSettled(rig)
    }
  }
}
