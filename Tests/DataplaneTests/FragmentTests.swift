import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Datagrams in fragments: who learns the ports, who is dropped, and what is left of it all.
  @Suite struct FragmentTests {
    static let data = (0..<100).map { UInt8($0) }

    /// A datagram of 108 octets from the client to the VIP.
    static func request(_ identification: UInt16 = 7, port: UInt16 = 40000) -> FrameBuilder {
      var frame = FrameBuilder(from: Scene.client, port, to: Scene.vip, 53, .udp(), data: data)
      frame.identification = identification
      return frame
    }

    /// The server that gets a client's datagrams, found with a whole one, whose session then exists.
    static func server(_ rig: Rig, _ request: FrameBuilder = request()) throws -> Int {
      try #require(Scene.server(of: rig.fromClient(request), for: request))
    }

    /// What a server must get.
    static func arrived(_ request: FrameBuilder, at server: Int, _ size: Int = 40) -> [Rig.Output] {
      Scene.arrived(request, at: server).fragments(of: size).map { Rig.Output(port: Rig.backend, bytes: $0) }
    }

    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0]])
    func `59: fragments reach one server in whatever order they come, those before the first behind it`(
      _ order: [Int]
    ) throws {
      let rig = try Rig(services: [Scene.dns])
      let server = try Self.server(rig)
      let fragments = Self.request().fragments(of: 40)
      let expected = Self.arrived(Self.request(), at: server)
      #expect(fragments.count == 3)
      var output: [Rig.Output] = []
      for place in order { output += rig.send(fragments[place], into: Rig.frontend) }
      let early = order.prefix { $0 != 0 }
      let sent = [0] + early + order.dropFirst(early.count + 1)
      #expect(output == sent.map { expected[$0] })
      #expect(rig.counters[.held] == 0 && rig.counters[.forwarded] == 4)
      expectSettled(rig)
    }

    @Test func `59: a datagram in fragments opens a session, which its reply finds, in fragments too`() throws {
      let rig = try Rig(services: [Scene.dns])
      let request = Self.request()
      let output = rig.send(request.fragments(of: 40), into: Rig.frontend)
      let server = try #require(Scene.servers.indices.first { output == Self.arrived(request, at: $0) })
      var reply = Scene.reply(to: request, from: server, .udp(), data: Self.data)
      reply.fragment = 0
      let returned = rig.send(reply.fragments(of: 48), into: Rig.backend)
      var expected = reply
      expected.source = Scene.vip
      expected.sourcePort = 53
      #expect(returned == expected.fragments(of: 48).map { Rig.Output(port: Rig.frontend, bytes: $0) })
      #expect(rig.counters[.sessionsActive] == 1)
      expectSettled(rig)
    }

    @Test func `59: all of a burst at once, the first fragment's session is there for the others`() throws {
      let rig = try Rig(services: [Scene.dns])
      var burst: [[UInt8]] = []
      for client in 0..<8 { burst += Self.request(UInt16(client), port: 40000 + UInt16(client)).fragments(of: 40) }
      let output = rig.send(burst, into: Rig.frontend)
      #expect(output.count == 24 && rig.counters[.forwarded] == 24 && rig.counters[.sessionsActive] == 8)
      expectSettled(rig)
    }

    @Test func `59: UDP without a checksum stays without, TCP and echoes are labelled likewise`() throws {
      let rig = try Rig(services: [Scene.everything])
      for payload in [
        FrameBuilder.Payload.udp(checksum: false), .tcp(flags: Scene.ack, options: [1, 1, 1, 1]), .icmp(type: 8),
      ] {
        var request = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 80, payload, data: Self.data)
        request.fragment = 0
        if !payload.hasPorts { request.destinationPort = 0 }
        let output = rig.send(request.fragments(of: 32), into: Rig.frontend)
        let server = Scene.servers.indices.first { output == Self.arrived(request, at: $0, 32) }
        #expect(server != nil, "\(payload)")
      }
      expectSettled(rig)
    }

    @Test func `59: an echo larger than the MTU goes and returns in fragments`() throws {
      let rig = try Rig(services: [Scene.echo])
      let request = FrameBuilder(from: Scene.client, 77, to: Scene.vip, 0, .icmp(type: 8), data: Self.data)
      let output = rig.send(request.fragments(of: 48), into: Rig.frontend)
      let server = try #require(Scene.servers.indices.first { output == Self.arrived(request, at: $0, 48) })
      var reply = FrameBuilder(from: Scene.servers[server], 0, to: Scene.client, 77, .icmp(type: 0), data: Self.data)
      let returned = rig.send(reply.fragments(of: 48).reversed(), into: Rig.backend)
      reply.source = Scene.vip
      let expected = reply.fragments(of: 48).map { Rig.Output(port: Rig.frontend, bytes: $0) }
      #expect(returned == [expected[0], expected[2], expected[1]])
      expectSettled(rig)
    }

    @Test func `59: a fragment that comes again is dropped, and the datagram still arrives once`() throws {
      let rig = try Rig(services: [Scene.dns])
      let server = try Self.server(rig)
      let parts = Self.request().fragments(of: 40)
      let output = rig.send([parts[1], parts[1], parts[0], parts[0], parts[1], parts[2]], into: Rig.frontend)
      let expected = Self.arrived(Self.request(), at: server)
      #expect(output == [expected[0], expected[1], expected[2]])
      #expect(rig.counters[DropReason.fragmentDuplicate] == 3)
      expectSettled(rig)
    }

    @Test func `59: a datagram whose fragments overlap is dropped from there on`() throws {
      let rig = try Rig(services: [Scene.dns])
      let request = Self.request()
      let parts = request.fragments(of: 40)
      let overlap = request.piece(32, [UInt8](repeating: 0xEE, count: 16), hasMore: true)
      #expect(rig.send([parts[2], overlap, parts[1]], into: Rig.frontend).isEmpty)
      // Two wait, 80..<108 and 32..<48; 40..<80 contradicts the second.
      #expect(rig.counters[DropReason.fragmentOverlap] == 3 && rig.counters[.held] == 0)
      #expect(rig.send(parts[0], into: Rig.frontend).isEmpty)
      #expect(rig.counters[DropReason.fragmentOverlap] == 4)
      expectSettled(rig)
    }

    @Test func `59: fragments that disagree about the datagram's end overlap`() throws {
      let rig = try Rig(services: [Scene.dns])
      let request = Self.request()
      for (identification, second) in [(1, (96, false)), (2, (24, false)), (3, (104, true))] as [(UInt16, (Int, Bool))]
      {
        let frame = Self.request(identification)
        let last = frame.piece(40, [UInt8](repeating: 1, count: 24), hasMore: false)
        let other = frame.piece(second.0, [UInt8](repeating: 2, count: 8), hasMore: second.1)
        #expect(rig.send([last, other], into: Rig.frontend).isEmpty)
      }
      #expect(rig.counters[DropReason.fragmentOverlap] == 6, "\(request)")
      expectSettled(rig)
    }

    @Test func `59: without its first, a fragment is held, and dropped when its time is over`() throws {
      let rig = try Rig(services: [Scene.dns])
      let parts = Self.request().fragments(of: 40)
      #expect(rig.send([parts[1], parts[2]], into: Rig.frontend).isEmpty)
      #expect(rig.counters[.held] == 2 && rig.isBalanced)
      rig.skip(ticks: 20)
      #expect(rig.counters[.held] == 2)
      rig.skip(ticks: 1)
      #expect(rig.counters[.held] == 0 && rig.counters[DropReason.fragmentTimeout] == 2)
      expectSettled(rig)
    }

    @Test func `59: what is due without a sweep counts no more`() throws {
      let rig = try Rig(services: [Scene.dns])
      let server = try Self.server(rig)
      let parts = Self.request().fragments(of: 40)
      _ = rig.send(parts[1], into: Rig.frontend)
      rig.skip(ticks: 21, sweeping: false)
      #expect(rig.send(parts, into: Rig.frontend) == Self.arrived(Self.request(), at: server))
      #expect(rig.counters[DropReason.fragmentTimeout] == 1)
      expectSettled(rig)
    }

    @Test func `59: fragments that cannot be are dropped: empty, uneven, beyond the end, or over a TCP header`() throws
    {
      let rig = try Rig(services: [Scene.everything])
      let udp = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 80, .udp())
      let tcp = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 80, .tcp(flags: Scene.syn))
      let bad = [
        udp.piece(8, [], hasMore: true), udp.piece(8, [1, 2, 3], hasMore: true), udp.piece(8, [], hasMore: false),
        udp.piece(65528, [1, 2, 3, 4], hasMore: false), tcp.piece(8, [UInt8](repeating: 1, count: 16), hasMore: true),
      ]
      for frame in bad { #expect(rig.send(frame, into: Rig.frontend).isEmpty) }
      #expect(rig.counters[DropReason.badFragment] == 5)
      // A first fragment that does not hold the transport header, and what belongs with it.
      let tiny = tcp.fragments(of: 16)
      #expect(rig.send(tiny, into: Rig.frontend).isEmpty)
      #expect(rig.counters[DropReason.truncatedTCP] == 1 && rig.counters[DropReason.badFragment] == 6)
      expectSettled(rig)
    }

    @Test func `59: one client gets no more than its share, of datagrams and of what waits`() throws {
      let limits = FragmentLimits(datagrams: 64, held: 32, perClient: 4)
      let rig = try Rig(services: [Scene.dns], fragments: limits)
      for identification in 0..<6 {
        _ = rig.send(Self.request(UInt16(identification)).fragments(of: 40)[1], into: Rig.frontend)
      }
      #expect(rig.counters[.held] == 4 && rig.counters[DropReason.fragmentLimit] == 2)
      // One more of a datagram that is followed is the fifth that waits: the oldest of the others gives way.
      _ = rig.send(Self.request(5).fragments(of: 40)[2], into: Rig.frontend)
      #expect(rig.counters[.held] == 4 && rig.counters[DropReason.fragmentLimit] == 3)
      let parts = Self.request(5).fragments(of: 40)
      #expect(rig.send(parts[0], into: Rig.frontend).count == 3, "and the newest is whole")
      #expect(rig.counters[.held] == 2)
      var other = Self.request()
      other.source = IPv4Address(10, 0, 0, 2)
      #expect(rig.send(other.fragments(of: 40), into: Rig.frontend).count == 3)
      rig.skip(ticks: 21)
      expectSettled(rig)
    }

    @Test func `59: forged fragments in a client's name do not keep its own out, in whatever order they come`() throws {
      let limits = FragmentLimits(datagrams: 64, held: 32, perClient: 4)
      let rig = try Rig(services: [Scene.dns], fragments: limits)
      for number in 0..<100 {
        let forged = Self.request(UInt16(1000 + number)).fragments(of: 40)[1]
        _ = rig.send(forged, into: Rig.frontend)
        let parts = Self.request(UInt16(number)).fragments(of: 40)
        let order = number % 2 == 0 ? [0, 1, 2] : [2, 0, 1]
        #expect(order.flatMap { rig.send(parts[$0], into: Rig.frontend) }.count == 3)
      }
      rig.skip(ticks: 21)
      expectSettled(rig)
    }

    @Test func `59: fragments of invented clients do not keep those of others from waiting`() throws {
      let limits = FragmentLimits(datagrams: 64, held: 32, perClient: 4)
      let rig = try Rig(services: [Scene.dns], fragments: limits)
      for number in 0..<500 {
        var forged = Self.request(UInt16(number))
        forged.source = IPv4Address(rawValue: 0x0A01_0000 + UInt32(number))
        _ = rig.send(forged.fragments(of: 40)[1], into: Rig.frontend)
        let parts = Self.request(UInt16(number)).fragments(of: 40)
        #expect([2, 1, 0].flatMap { rig.send(parts[$0], into: Rig.frontend) }.count == 3)
      }
      rig.skip(ticks: 21)
      expectSettled(rig)
    }

    @Test func `59: one datagram cannot wait with more than its client's share`() throws {
      let limits = FragmentLimits(datagrams: 64, held: 32, perClient: 4)
      let rig = try Rig(services: [Scene.dns], fragments: limits)
      for number in 1...6 {
        let piece = Self.request().piece(number * 8, [UInt8](repeating: 1, count: 8), hasMore: true)
        _ = rig.send(piece, into: Rig.frontend)
      }
      #expect(rig.counters[.held] == 4 && rig.counters[DropReason.fragmentLimit] == 2)
      rig.skip(ticks: 21)
      expectSettled(rig)
    }

    @Test func `59: a flood without first fragments stays within the caps, and the mbufs come back`() throws {
      let limits = FragmentLimits(datagrams: 64, held: 32, perClient: 4)
      let rig = try Rig(services: [Scene.dns], fragments: limits)
      for number in 0..<5000 {
        var frame = Self.request(UInt16(number))
        frame.source = IPv4Address(rawValue: 0x0A01_0000 + UInt32(number))
        rig.inject([frame.fragments(of: 40)[1]], into: Rig.frontend)
        rig.serve(Rig.frontend)
      }
      #expect(rig.counters[.held] == 32 && rig.isBalanced)
      #expect(rig.counters[DropReason.fragmentLimit] + rig.counters[DropReason.fragmentTimeout] == 4968)
      // Who sends in order is not kept out.
      #expect(rig.send(Self.request().fragments(of: 40), into: Rig.frontend).count == 3)
      rig.skip(ticks: 21)
      #expect(rig.counters[.held] == 0)
      expectSettled(rig)
    }

    @Test func `59: the next datagram may have the identification of one that is whole`() throws {
      let rig = try Rig(services: [Scene.dns])
      let server = try Self.server(rig)
      for _ in 0..<3 {
        #expect(
          rig.send(Self.request().fragments(of: 40), into: Rig.frontend) == Self.arrived(Self.request(), at: server))
      }
      #expect(rig.counters[DropReason.fragmentDuplicate] == 0)
      expectSettled(rig)
    }

    @Test func `59: more gaps than are noted are refused, and counted`() throws {
      let rig = try Rig(services: [Scene.dns])
      let request = Self.request()
      for gap in 1...9 {
        _ = rig.send(request.piece(gap * 16, [UInt8](repeating: 1, count: 8), hasMore: true), into: Rig.frontend)
      }
      #expect(rig.counters[.held] == 8 && rig.counters[DropReason.fragmentLimit] == 1)
      rig.skip(ticks: 21)
      expectSettled(rig)
    }

    @Test func `60: fragments of no service cross, and nothing is kept of them`() throws {
      let rig = try Rig(services: [Scene.dns])
      var strangers = [FrameBuilder(from: Scene.client, 1, to: IPv4Address(10, 0, 9, 9), 53, .udp(), data: Self.data)]
      strangers.append(FrameBuilder(from: Scene.client, 1, to: Scene.vip, 53, .other(47), data: Self.data))
      for frame in strangers {
        for part in frame.fragments(of: 40) + [frame.piece(8, [1, 2, 3], hasMore: true)] {
          #expect(rig.send(part, into: Rig.frontend) == Scene.crossed(part, from: Rig.frontend))
        }
      }
      let own = FrameBuilder(from: IPv4Address(10, 0, 1, 9), 53, to: Scene.client, 1, .udp(), data: Self.data)
      for part in own.fragments(of: 40) {
        #expect(rig.send(part, into: Rig.backend) == Scene.crossed(part, from: Rig.backend))
      }
      // To another port of the VIP: known by its first only.
      let other = FrameBuilder(from: Scene.client, 1, to: Scene.vip, 54, .udp(), data: Self.data)
      for part in other.fragments(of: 40) {
        #expect(rig.send(part, into: Rig.frontend) == Scene.crossed(part, from: Rig.frontend))
      }
      expectSettled(rig)
    }

    @Test func `59: a datagram to a server itself crosses, and so does its answer`() throws {
      let rig = try Rig(services: [Scene.dns])
      let request = FrameBuilder(from: Scene.client, 40000, to: Scene.servers[0], 8002, .udp(), data: Self.data)
      for part in request.fragments(of: 40) {
        #expect(rig.send(part, into: Rig.frontend) == Scene.crossed(part, from: Rig.frontend))
      }
      let reply = Scene.reply(to: request, from: 0, .udp(), data: Self.data)
      for part in reply.fragments(of: 40) {
        #expect(rig.send(part, into: Rig.backend) == Scene.crossed(part, from: Rig.backend))
      }
      #expect(rig.counters[PassReason.direct] == 6)
      expectSettled(rig)
    }

    @Test(arguments: [2, 3, 4])
    func `59: across workers every fragment reaches its flow's server, whichever worker got it`(_ workers: Int) throws {
      let rig = try Rig(services: [Scene.dns], workers: workers, transmitters: 1)
      var random = TestSeed.generator("fragments across \(workers) workers")
      var servers: Set<Int> = []
      for number in 0..<60 {
        var request = Self.request(UInt16(number), port: 40000 + UInt16(number))
        request.source = IPv4Address(10, 0, 3, UInt8(number))
        var output: [Rig.Output] = []
        for part in request.fragments(of: 24).shuffled(using: &random) {
          output += rig.send(part, into: Rig.frontend, at: Int.random(in: 0..<workers, using: &random))
        }
        let server = Scene.servers.indices.first {
          Set(output) == Set(Self.arrived(request, at: $0, 24)) && output.count == 5
        }
        guard let server else { return #expect(Bool(false), "\(output)") }
        servers.insert(server)
        var reply = Scene.reply(to: request, from: server, .udp(), data: Self.data)
        output = []
        for part in reply.fragments(of: 24).shuffled(using: &random) {
          output += rig.send(part, into: Rig.backend, at: Int.random(in: 0..<workers, using: &random))
        }
        reply.source = Scene.vip
        reply.sourcePort = 53
        #expect(Set(output) == Set(reply.fragments(of: 24).map { Rig.Output(port: Rig.frontend, bytes: $0) }))
      }
      #expect(servers.count == 3 && rig.counters[.held] == 0)
      expectSettled(rig)
    }
  }
}
