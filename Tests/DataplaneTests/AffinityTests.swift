import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// `affinity: source_ip`: the server that a client was given stays its server.
  @Suite struct AffinityTests {
    static func service(_ weights: [UInt32] = [1, 1, 1], timeout: UInt32 = 6000) -> ServiceDefinition {
      var service = Scene.service([.tcp, .udp], 8000, weights: weights)
      service.affinity = .sourceIP
      service.affinityTimeout = timeout
      return service
    }

    static func client(_ number: Int) -> IPv4Address { IPv4Address(10, 0, 5, UInt8(number)) }

    /// A new connection of a client: the server that gets it.
    ///
    /// Explain must have said so.
    static func open(_ rig: Rig, _ number: Int, port: UInt16, at worker: Int = 0) throws -> Int {
      var request = Scene.request(Scene.syn, port: port)
      request.source = client(number)
      var foretold = rig.explain(request.bytes, from: Rig.frontend, at: worker)
      for _ in 0..<4 where foretold.verdict == .handedOver {
        foretold = rig.explain(
          request.bytes, from: Rig.frontend, at: Int(foretold.owner.rawValue), mark: foretold.mark)
      }
      let server = try #require(Scene.server(of: rig.fromClient(request, at: worker), for: request))
      #expect(foretold.verdict == .forwarded && foretold.backend.map { Int($0.rawValue) } == server, "93")
      return server
    }

    @Test(arguments: [1, 2, 4])
    func `39: a client keeps its server through changes of the pool, whatever its port and worker`(
      _ workers: Int
    ) throws {
      let rig = try Rig(services: [Self.service([1, 1, 0])], workers: workers, transmitters: 1)
      var servers: [Int] = []
      for number in 0..<40 { servers.append(try Self.open(rig, number, port: 1000, at: number % workers)) }
      #expect(Set(servers) == [0, 1])
      // A third server comes, and would take a third of the clients.
      rig.publish([Self.service()])
      var moved = 0
      for number in 0..<40 {
        for port in 2000..<2004 {
          let server = try Self.open(rig, number, port: UInt16(port), at: (number + port) % workers)
          #expect(server == servers[number])
        }
        let end = Endpoint(Self.client(number), 0, .icmp)
        let tables = rig.tables.tables.pointee
        if Int(tables.choice(of: tables.service(ServiceIndex(0)), for: end).rawValue) != servers[number] { moved += 1 }
      }
      #expect(moved > 4, "the choice itself has moved")
      var fresh: Set<Int> = []
      for number in 100..<160 { fresh.insert(try Self.open(rig, number, port: 1000)) }
      #expect(fresh == [0, 1, 2])
      expectSettled(rig)
    }

    @Test func `39: replies of a remembered client are translated, and its datagrams share its server`() throws {
      let rig = try Rig(services: [Self.service([1, 1, 0])], workers: 2, transmitters: 1)
      var request = Scene.request(Scene.syn)
      let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
      rig.publish([Self.service()])
      let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.syn | Scene.ack))
      #expect(rig.fromServer(reply, at: 1) == Scene.returned(reply, for: request))
      request.payload = .udp()
      request.sourcePort = 999
      #expect(Scene.server(of: rig.fromClient(request, at: 1), for: request) == server)
      expectSettled(rig)
    }

    @Test func `39: a server that takes no sessions is forgotten: drained, removed or killed`() throws {
      for state in [BackendState.draining, .removed, .killed] {
        let rig = try Rig(services: [Self.service()])
        let server = try Self.open(rig, 1, port: 1000)
        let layout = rig.tables.layouts[0]
        var states = [BackendState](repeating: .active, count: 3)
        states[server] = state
        rig.publish(layouts: [layout.with(states, isRemoved: false, keys: rig.keys)])
        let next = try Self.open(rig, 1, port: 1001)
        #expect(next != server)
        // It stays with the other, also when the first comes back.
        rig.publish(layouts: [layout])
        #expect(try Self.open(rig, 1, port: 1002) == next)
        expectSettled(rig)
      }
    }

    @Test func `39: a memory ends some time after the last new session, each service's after its own`() throws {
      var other = Self.service([1, 1, 0], timeout: 300)
      other.vip = IPv4Address(10, 0, 2, 101)
      let rig = try Rig(services: [Self.service([1, 1, 0], timeout: 100), other])
      for number in 0..<20 { _ = try Self.open(rig, number, port: 1000) }
      #expect(rig.counters[.sessionsActive] == 40)
      rig.skip(ticks: 100)
      // 20 half-open connections are gone after 100 ticks and one more, as are the memories.
      _ = try Self.open(rig, 0, port: 1001)
      rig.skip(ticks: 1)
      #expect(rig.counters[.sessionsActive] == 2)
      #expect(rig.sessions().filter(\.isAffinity).map(\.client.address) == [Self.client(0)])
      rig.skip(ticks: 101)
      #expect(rig.counters[.sessionsActive] == 0 && rig.backend(0).entries == 0 && rig.backend(1).entries == 0)
      expectSettled(rig)
    }

    @Test func `39: a memory is no session: not in the backend's count, and not in the way of an echo`() throws {
      var all = Self.service()
      all.transports = [.tcp, .udp, .icmp]
      let rig = try Rig(services: [all])
      let server = try Self.open(rig, 1, port: 1000)
      #expect(rig.backend(server).sessionsActive == 1 && rig.backend(server).entries == 2)
      // Identifier 0 has the memory's place in the table.
      let echo = FrameBuilder(from: Self.client(1), 0, to: Scene.vip, 0, .icmp(type: 8))
      #expect(Scene.server(of: rig.fromClient(echo), for: echo) == server)
      var reply = FrameBuilder(from: Scene.servers[server], 0, to: Self.client(1), 0, .icmp(type: 0))
      let output = rig.fromServer(reply)
      reply.source = Scene.vip
      #expect(output == [Rig.Output(port: Rig.frontend, bytes: reply.bytes)])
      #expect(rig.sessions().filter(\.isAffinity).count == 1 && rig.sessions().count == 3)
      expectSettled(rig)
    }

    @Test func `39: a RST makes no memory, and services without affinity none either`() throws {
      let rig = try Rig(services: [Self.service(), Scene.dns], workers: 2, transmitters: 1)
      #expect(rig.fromClient(Scene.request(Scene.reset)).count == 1)
      let datagram = FrameBuilder(from: Scene.client, 1, to: Scene.vip, 53, .udp())
      _ = rig.fromClient(datagram)
      #expect((0..<2).flatMap { rig.sessions($0) }.filter(\.isAffinity).isEmpty)
      #expect(rig.counters[.sessionsActive] == 1)
      expectSettled(rig)
    }

    @Test func `39, 59: a datagram in fragments goes where its client is remembered to be`() throws {
      for workers in [1, 3] {
        let rig = try Rig(services: [Self.service([1, 1, 0])], workers: workers, transmitters: 1)
        for number in 0..<20 {
          let server = try Self.open(rig, number, port: 1000)
          rig.publish([Self.service()])
          var request = FrameBuilder(
            from: Self.client(number), 3000, to: Scene.vip, 8000, .udp(), data: [UInt8](repeating: 3, count: 80))
          request.fragment = 0
          let expected = Scene.arrived(request, at: server).fragments(of: 24)
          // In one burst: the others may not overtake the first on its way.
          let output = rig.send(request.fragments(of: 24), into: Rig.frontend, at: number % workers)
          #expect(output == expected.map { Rig.Output(port: Rig.backend, bytes: $0) })
          rig.publish([Self.service([1, 1, 0])])
        }
        expectSettled(rig)
      }
    }

    @Test(arguments: [1, 2]) func `39: two services with the same servers each remember`(_ workers: Int) throws {
      var other = Self.service()
      other.vip = IPv4Address(10, 0, 2, 101)
      let rig = try Rig(services: [Self.service(), other], workers: workers, transmitters: 1)
      for number in 0..<60 {
        _ = try Self.open(rig, number, port: 1000)
        var request = Scene.request(Scene.syn, port: 2000)
        (request.source, request.destination) = (Self.client(number), other.vip)
        #expect(Scene.server(of: rig.fromClient(request), for: request) != nil)
      }
      let memories = (0..<workers).flatMap { rig.sessions($0) }.filter(\.isAffinity)
      #expect(memories.count == 120 && Set(memories.map(\.service)).count == 2)
      #expect(rig.counters[.clashesAvoided] == 0)
      expectSettled(rig)
    }

    @Test func `39, 43: a memory is no new flow, and none is made in a flood; what is remembered holds in it`() throws {
      let rig = try Rig(services: [Self.service([1, 1, 0])], floodLimit: 200)
      var servers: [Int] = []
      for number in 0..<150 { servers.append(try Self.open(rig, number, port: 1000)) }
      #expect(rig.counters[.statelessMode] == 0 && rig.counters[.sessionsActive] == 300)
      FloodTests.flood(rig, 1000)
      #expect(rig.counters[.statelessMode] == 1)
      let stored = rig.counters[.sessionsActive]
      FloodTests.flood(rig, 100, from: 5000)
      #expect(rig.counters[.sessionsActive] == stored)
      rig.publish([Self.service()])
      for number in 0..<150 { #expect(try Self.open(rig, number, port: 1001) == servers[number]) }
      #expect(rig.counters[.sessionsActive] > stored, "those that the choice would not find again are stored")
      expectSettled(rig)
    }

    @Test func `39: live switches of affinity keep sessions, and what is remembered for its time`() throws {
      func service(_ affinity: Affinity) -> ServiceDefinition {
        var service = Self.service(timeout: 300)
        service.affinity = affinity
        return service
      }
      let rig = try Rig(services: [Self.service([1, 1, 0], timeout: 300)])
      var servers: [Int] = []
      for number in 0..<40 { servers.append(try Self.open(rig, number, port: 1000)) }
      rig.publish([service(.session)])
      rig.skip(ticks: 90)
      var spread = 0
      for number in 0..<40 {
        #expect(try Self.open(rig, number, port: 1000) == servers[number], "the session goes on")
        if try Self.open(rig, number, port: 1001) != servers[number] { spread += 1 }
      }
      #expect(spread > 10)
      rig.publish([service(.sourceIP)])
      for number in 0..<40 { #expect(try Self.open(rig, number, port: 1002) == servers[number]) }
      rig.publish([service(.session)])
      rig.skip(ticks: 301)
      #expect(rig.sessions().filter(\.isAffinity).isEmpty)
      expectSettled(rig)
    }

    @Test func `39: of a flushed client nothing is remembered`() throws {
      let rig = try Rig(services: [Self.service([1, 0, 0])], sessionCapacity: 200)
      for number in 0..<20 { #expect(try Self.open(rig, number, port: 1000) == 0) }
      rig.publish([Self.service([1, 1, 1])])
      let client = SessionFilter(client: IPv4Address(10, 0, 5, 0), prefixLength: 29)
      #expect(try rig.ask { try $0.count(client).count } == 16)
      _ = try rig.ask { try $0.flush(client) }
      #expect(rig.sessions().filter(\.isAffinity).count == 12)
      var moved = 0
      for number in 0..<20 {
        let server = try Self.open(rig, number, port: 1001)
        if server != 0 { moved += 1 }
        #expect(number < 8 || server == 0)
      }
      #expect(moved > 0)
      expectSettled(rig)
    }

    @Test(arguments: [1, 2]) func `39: a client of a service that returns directly keeps its server`(_ workers: Int)
      throws
    {
      func service(_ servers: Range<Int>) -> ServiceDefinition {
        ServerSide.service(servers: servers, affinity: .sourceIP)
      }
      let rig = try Rig(
        services: [service(1..<3)], unmatched: .drop, workers: workers, transmitters: 1, backendSlots: 3)
      func open(_ number: Int, _ payload: FrameBuilder.Payload, _ port: UInt16) throws -> Int {
        let frame = ServerSide.request(payload, from: Self.client(number), port)
        return try #require(ServerSide.server(of: rig.fromClient(frame, at: number % workers), for: frame))
      }
      var servers: [Int] = []
      for number in 0..<30 { servers.append(try open(number, .tcp(flags: Scene.syn), 1000)) }
      rig.publish([service(1..<4)])
      for number in 0..<30 {
        for payload in [FrameBuilder.Payload.tcp(flags: Scene.syn), .udp(), .icmp(type: 8)] {
          #expect(try open(number, payload, 1001) == servers[number])
        }
      }
      var fresh: Set<Int> = []
      for number in 30..<60 { fresh.insert(try open(number, .udp(), 1000)) }
      #expect(fresh == [1, 2, 3])
      expectSettled(rig)
    }

    /// Two workers: the first, whose table is full of confirmed sessions, owns the flow; the other remembers the client.
    @Test func `39, 93: a flow that finds no place goes by the stateless choice, and explain says so`() throws {
      let rig = try Rig(services: [Self.service([1, 1, 0])], workers: 2, transmitters: 1, sessionCapacity: 64)
      /// Whether the first worker owns a flow: if so it may ask the other.
      func isFirsts(_ told: Explanation) -> Bool { told.verdict != .handedOver || told.mark.reason == 4 }
      for port in 1..<UInt16(2000)
      where isFirsts(rig.explain(Scene.request(Scene.syn, port: port).bytes, from: Rig.frontend)) {
        _ = try Scene.connect(rig, port: port)
      }
      var fallen = 0
      for number in 0..<40 {
        rig.publish([Self.service([1, 1, 0])])
        let server = try Self.open(rig, number, port: 1)
        rig.publish([Self.service([1, 1, 4])])
        for port in UInt16(2)..<6 {
          var request = Scene.request(Scene.syn, port: port)
          request.source = Self.client(number)
          let told = rig.explain(request.bytes, from: Rig.frontend)
          guard told.verdict == .handedOver, isFirsts(told) else { continue }
          let tables = rig.tables.tables.pointee
          let choice = tables.choice(of: tables.service(ServiceIndex(0)), for: Endpoint(request.source, port, .tcp))
          let stored = rig.counters[.sessionsNotStored]
          #expect(try Self.open(rig, number, port: port) == Int(choice.rawValue))
          #expect(rig.counters[.sessionsNotStored] == stored + 1)
          let reply = Scene.reply(to: request, from: Int(choice.rawValue), .tcp(flags: Scene.syn | Scene.ack))
          #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
          if Int(choice.rawValue) != server { fallen += 1 }
        }
      }
      #expect(fallen > 10, "the choice is another than the memory")
      expectSettled(rig)
    }
  }
}
