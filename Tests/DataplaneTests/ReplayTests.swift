import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Captures in, captures out. What must come out is built by the generator of the tests, its checksums counted from zero.
  @Suite struct ReplayTests {
    /// One server, so that what must come out can be written down.
    static let service = Scene.service([.tcp, .udp, .icmp], 8000, weights: [1, 0, 0])

    /// What a client sends, and what the server answers.
    static let exchanges: [(FrameBuilder.Payload, FrameBuilder.Payload)] = [
      (.tcp(flags: Scene.syn), .tcp(flags: 0x12)), (.udp(), .udp()), (.udp(checksum: false), .udp(checksum: false)),
      (.icmp(type: 8), .icmp(type: 0)),
    ]

    /// A flow through the service: requests and replies, before and behind the balancer.
    struct Flow {
      var request: FrameBuilder
      var arrived: FrameBuilder
      var reply: FrameBuilder
      var returned: FrameBuilder

      init(
        _ payloads: (FrameBuilder.Payload, FrameBuilder.Payload), from client: IPv4Address = Scene.client,
        _ port: UInt16 = 40000, data: [UInt8] = [1, 2, 3], tags: [UInt32] = []
      ) {
        request = FrameBuilder(from: client, port, to: Scene.vip, 8000, payloads.0, data: data)
        request.tags = tags
        arrived = Scene.arrived(request, at: 0)
        reply = Scene.reply(to: request, from: 0, payloads.1, data: data.reversed())
        reply.tags = tags
        returned = reply
        (returned.source, returned.sourcePort) = (request.destination, request.destinationPort)
      }

      /// Both packets, as steps.
      var steps: [Replay.Step] {
        [
          Replay.Step(Rig.frontend, request, to: Rig.backend, arrived),
          Replay.Step(Rig.backend, reply, to: Rig.frontend, returned),
        ]
      }
    }

    static func flows(data: [UInt8] = [1, 2, 3], tags: [UInt32] = [], from first: UInt16 = 40000) -> [Flow] {
      exchanges.enumerated().map { Flow($1, first + UInt16($0), data: data, tags: tags) }
    }

    /// A frame that leaves by the other side as it came.
    static func crossing(_ port: PortIndex, _ bytes: [UInt8]) -> Replay.Step {
      Replay.Step(port, bytes, Scene.crossed(bytes, from: port))
    }

    @Test func `13, 14: a capture comes out translated, octet for octet`() throws {
      let other = [(0x0806, 28), (0x86DD, 60), (0x88CC, 200)].map { PassTests.ethernet($0, $1) }
      var steps = other.map { Self.crossing(Rig.frontend, $0) }
      steps.append(Self.crossing(Rig.backend, PassTests.ethernet(0x0806, 46)))
      steps += Self.flows().flatMap(\.steps)
      let segment = Flow((.tcp(flags: Scene.ack), .tcp(flags: Scene.ack)), data: [UInt8](repeating: 7, count: 1400))
      steps += segment.steps
      steps.append(Replay.Step(Rig.frontend, Array(segment.request.bytes.prefix(40)), []))
      let counters = try Replay(services: [Self.service]).check(steps)
      #expect(counters[.badIPTotalLength] == 1 && counters[.forwarded] == 10)
    }

    @Test func `54, 55: a capture of ICMP errors comes out translated outside and inside, both ways`() throws {
      let flows = Self.flows(data: [UInt8](repeating: 0xA5, count: 101))
      var steps: [Replay.Step] = []
      for flow in flows {
        for (kind, length) in [((3, 4), 28), ((11, 0), 40), ((3, 3), Int.max)] as [((UInt8, UInt8), Int)] {
          func error(_ sender: IPv4Address, _ packet: FrameBuilder) -> FrameBuilder {
            ErrorTests.error(kind, from: sender, about: packet, quoting: length)
          }
          let router = ErrorTests.router
          steps.append(
            Replay.Step(
              Rig.frontend, error(Scene.client, flow.returned), to: Rig.backend, error(Scene.client, flow.reply)))
          steps.append(
            Replay.Step(Rig.frontend, error(router, flow.returned), to: Rig.backend, error(router, flow.reply)))
          steps.append(
            Replay.Step(
              Rig.backend, error(Scene.servers[0], flow.arrived), to: Rig.frontend, error(Scene.vip, flow.request)))
          steps.append(
            Replay.Step(Rig.backend, error(router, flow.arrived), to: Rig.frontend, error(router, flow.request)))
        }
      }
      // About a later fragment, which names no flow.
      var later = flows[1].arrived
      later.fragment = 185
      steps.append(Self.crossing(Rig.backend, ErrorTests.error(from: ErrorTests.router, about: later).bytes))
      steps += flows.flatMap(\.steps)
      let counters = try Replay(services: [Self.service]).check(steps)
      #expect(counters[.errorsTranslated] == 48 && counters[.sessionsCreated] == 4 && counters[.icmpError] == 1)
    }

    /// The pieces of a packet, and what becomes of each.
    private static func pieces(_ sent: FrameBuilder, _ out: FrameBuilder, from port: PortIndex) -> [Replay.Step] {
      let exit = port == Rig.frontend ? Rig.backend : Rig.frontend
      return zip(sent.fragments(of: 1480), out.fragments(of: 1480)).map { piece, arrived in
        Replay.Step(port, piece, [Rig.Output(port: exit, bytes: arrived)])
      }
    }

    /// Those before the first wait for it, and leave behind it.
    private static func reversed(_ pieces: [Replay.Step]) -> [Replay.Step] {
      var steps = Array(pieces.reversed())
      for index in steps.indices.dropLast() { steps[index].out = [] }
      steps[steps.count - 1].out = pieces[0].out + pieces.dropFirst().reversed().flatMap(\.out)
      return steps
    }

    @Test func `59, 60: a capture of fragments comes out whole, in order or not, without what comes twice or overlaps`()
      throws
    {
      let data = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
      var steps: [Replay.Step] = []
      for (number, flow) in Self.flows(data: data).enumerated() {
        var flow = flow
        for (turn, port) in [Rig.frontend, Rig.backend].enumerated() {
          (flow.request.identification, flow.arrived.identification) = (UInt16(number), UInt16(number))
          let sent = turn == 0 ? flow.request : flow.reply
          let whole = Self.pieces(sent, turn == 0 ? flow.arrived : flow.returned, from: port)
          steps += number % 2 == turn ? whole : Self.reversed(whole)
        }
      }
      var flow = Self.flows(data: data)[1]
      (flow.request.identification, flow.arrived.identification) = (100, 100)
      var twice = Self.pieces(flow.request, flow.arrived, from: Rig.frontend)
      twice.insert(Replay.Step(Rig.frontend, twice[0].sent, []), at: 1)
      (flow.request.identification, flow.arrived.identification) = (101, 101)
      var overlapping = Self.pieces(flow.request, flow.arrived, from: Rig.frontend)
      for index in 1..<3 { overlapping[index].out = [] }
      let piece = flow.request.piece(1472, [UInt8](repeating: 0, count: 1480), hasMore: true)
      overlapping.insert(Replay.Step(Rig.frontend, piece, []), at: 1)
      flow.request.destination = IPv4Address(10, 0, 9, 9)
      steps += twice + overlapping + Self.pieces(flow.request, flow.request, from: Rig.frontend)
      let counters = try Replay(services: [Self.service]).check(steps)
      #expect(
        counters[.fragmentDuplicate] == 1 && counters[.fragmentOverlap] == 3 && counters[PassReason.fragment] == 3)
    }

    @Test func `12: a capture with VLAN tags comes out translated behind one tag or two`() throws {
      let tags: [[UInt32]] = [[0x8100_0064], [0x88A8_E064], [0x88A8_0064, 0x8100_00C8]]
      var three = Self.flows()[0].request
      three.tags = [0x8100_0001, 0x8100_0002, 0x8100_0003]
      var steps = [Self.crossing(Rig.frontend, three.bytes)]
      for (number, tags) in tags.enumerated() {
        steps += Self.flows(tags: tags, from: 41000 + 100 * UInt16(number)).flatMap(\.steps)
      }
      let counters = try Replay(services: [Self.service]).check(steps)
      #expect(counters[.forwarded] == 24 && counters[.sessionsCreated] == 12)
    }

    @Test
    func `74, 84: captures of two frontends: servers see other addresses, and replies leave by their clients' own`()
      throws
    {
      let networks = ["10.0.0.0/24", "10.9.0.0/16"].map { IPv4Prefix($0) }
      let seen = try #require(IPv4Prefix("192.168.7.0/24"))
      let pair = SourceRewrite(from: try #require(networks[0]), to: seen)
      let replay = Replay(services: [Self.service], frontends: networks, sourceRewrites: [pair])
      let (here, there, stranger) = (Scene.client, IPv4Address(10, 9, 8, 7), IPv4Address(10, 0, 1, 99))
      let arp = PassTests.ethernet(0x0806, 46)
      let unknown = FrameBuilder(from: stranger, 1, to: there, 2, .udp(), data: [1])
      let nobodys = FrameBuilder(from: stranger, 1, to: IPv4Address(10, 77, 0, 1), 2, .udp(), data: [1])
      var steps: [Replay.Step] = []
      for (number, exchange) in Self.exchanges.enumerated() {
        var flow = Flow(exchange, from: here, 40000 + UInt16(number))
        flow.arrived.source = IPv4Address(192, 168, 7, 1)
        flow.reply.destination = flow.arrived.source
        steps += flow.steps
        // Behind the second by its address, but it has come in by the first.
        steps += Flow(exchange, from: there, 41000 + UInt16(number)).steps
      }
      for (number, exchange) in Self.exchanges.enumerated() {
        // The second's capture is read behind the servers', so these replies have no session yet.
        let flow = Flow(exchange, from: there, 42000 + UInt16(number))
        steps.append(Replay.Step(Rig.backend, flow.reply, to: Rig.frontend(1), flow.returned))
        steps.append(Replay.Step(Rig.frontend(1), flow.request, to: Rig.backend, flow.arrived))
      }
      // From the servers' side, what is no session's waits for the end of the turn.
      steps.append(Replay.Step(Rig.backend, arp, (0..<2).map { Rig.Output(port: Rig.frontend($0), bytes: arp) }))
      steps.append(Replay.Step(Rig.backend, unknown, to: Rig.frontend(1), unknown))
      steps.append(Replay.Step(Rig.backend, nobodys.bytes, []))
      let counters = try replay.check(steps)
      #expect(counters[.noFrontend] == 1 && counters[.copied] == 1 && counters[.adoptedReplies] == 4)
    }

    @Test func `10, 63, 64: a capture for a server that returns directly comes out with its MAC address`() throws {
      let replay = Replay(services: [ServerSide.service(servers: 1..<2)], unmatched: .drop)
      var steps: [Replay.Step] = []
      for (number, exchange) in Self.exchanges.enumerated() {
        for tags in [[], [0x8100_0064], [0x88A8_0064, 0x8100_00C8]] as [[UInt32]] {
          var request = ServerSide.request(exchange.0, 40000 + UInt16(number), data: [1, 2, 3])
          (request.tags, request.options, request.padding) = (tags, [1, 1, 1, 1], 5)
          var arrived = request
          (arrived.destinationMAC, arrived.sourceMAC) = (ServerSide.mac(1), Rig.mac(of: Rig.backend))
          steps.append(Replay.Step(Rig.frontend, request, to: Rig.backend, arrived))
        }
        // Neither for the VIP's MAC address, nor for the VIP, nor from the servers' side.
        steps.append(Replay.Step(Rig.frontend, ServerSide.request(exchange.0, mac: ServerSide.mac(1)).bytes, []))
        steps.append(Replay.Step(Rig.frontend, ServerSide.request(exchange.0, to: Scene.vip).bytes, []))
        steps.append(Replay.Step(Rig.backend, ServerSide.request(exchange.0).bytes, []))
      }
      let counters = try replay.check(steps)
      #expect(counters[.forwarded] == 12 && counters[DropReason.wrongMAC] == 4)
    }

    @Test func `53: a capture of pings comes out answered`() throws {
      var steps: [Replay.Step] = []
      for length in [0, 1, 56, 57, 1400] {
        for tags in [[], [0x8100_0064], [0x88A8_0001, 0x8100_0002]] as [[UInt32]] {
          var ping = EchoTests.ping(UInt16(length), length)
          (ping.tags, ping.padding) = (tags, 3)
          steps.append(Replay.Step(Rig.frontend, ping, to: Rig.frontend, EchoTests.pong(ping)))
        }
      }
      let counters = try Replay(services: [EchoTests.service(.itself)]).check(steps)
      #expect(counters[Counter.answered] == 15 && counters[.sessionsCreated] == 0)
    }
  }
}
