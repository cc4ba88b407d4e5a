import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// ICMP errors about balanced flows, as whole frames whose checksums are computed from zero.
  @Suite struct ErrorTests {
    static let router = IPv4Address(192, 0, 2, 9)
    /// Lengths of quotes: the header and eight octets, enough for TCP's checksum, all, and odd ones.
    static let quoteLengths = [28, 29, 38, 40, 47, Int.max]
    /// Type and code: network, host and port unreachable, fragmentation needed, filtered, time exceeded, parameter.
    static let kinds: [(UInt8, UInt8)] = [(3, 0), (3, 1), (3, 3), (3, 4), (3, 13), (11, 0), (11, 1), (12, 0)]

    /// An error about a packet.
    static func error(
      _ kind: (UInt8, UInt8) = (3, 4), from sender: IPv4Address, about packet: FrameBuilder, quoting length: Int = .max
    ) -> FrameBuilder {
      FrameBuilder(
        from: sender, 0, to: packet.source, 0, .icmp(type: kind.0, code: kind.1), data: packet.packet(length))
    }

    /// A flow up to its first reply: what the client sent, what the server got; what the server sent, what the client got.
    struct Flow {
      var request: FrameBuilder
      var arrived: FrameBuilder
      var reply: FrameBuilder
      var returned: FrameBuilder
      var server: Int

      /// - Parameter data: octets of both packets.
      init(_ exchange: TranslationTests.Exchange, on rig: Rig, port: UInt16 = 40000, options: [UInt8] = []) throws {
        request = exchange.request
        request.sourcePort = port
        (request.options, request.data) = (options, [UInt8](repeating: 0xA5, count: 301))
        server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        arrived = Scene.arrived(request, at: server)
        reply = Scene.reply(to: request, from: server, exchange.reply, data: [UInt8](repeating: 0x5A, count: 500))
        reply.options = options
        returned = reply
        (returned.source, returned.sourcePort) = (request.destination, request.destinationPort)
        #expect(rig.fromServer(reply) == [Rig.Output(port: Rig.frontend, bytes: returned.bytes)])
      }
    }

    static func out(_ port: PortIndex, _ frame: FrameBuilder) -> [Rig.Output] {
      [Rig.Output(port: port, bytes: frame.bytes)]
    }

    @Test(arguments: TranslationTests.exchanges)
    func `54: an error from the client's side reaches the server, translated outside and inside`(
      _ exchange: TranslationTests.Exchange
    ) throws {
      let rig = try Rig(services: [exchange.service])
      for options in [[], [UInt8](repeating: 1, count: 4), [UInt8](repeating: 1, count: 40)] {
        let flow = try Flow(exchange, on: rig, port: 40000 + UInt16(options.count), options: options)
        for kind in Self.kinds {
          for length in Self.quoteLengths {
            for sender in [Scene.client, Self.router] {
              let length = length == .max ? length : length + options.count
              var sent = Self.error(kind, from: sender, about: flow.returned, quoting: length)
              var expected = Self.error(kind, from: sender, about: flow.reply, quoting: length)
              (sent.options, expected.options) = (options, options)
              #expect(rig.fromClient(sent) == Self.out(Rig.backend, expected))
            }
          }
        }
      }
      #expect(rig.counters[.errorsTranslated] == 288 && rig.counters[.sessionsCreated] == 3)
      expectSettled(rig)
    }

    @Test(arguments: TranslationTests.exchanges)
    func `55: an error from the server's side reaches the client, and speaks of the VIP outside and inside`(
      _ exchange: TranslationTests.Exchange
    ) throws {
      let rig = try Rig(services: [exchange.service])
      for options in [[], [UInt8](repeating: 1, count: 8)] {
        let flow = try Flow(exchange, on: rig, port: 40000 + UInt16(options.count), options: options)
        for kind in Self.kinds {
          for length in Self.quoteLengths {
            let length = length == .max ? length : length + options.count
            // From the server itself: it is not to be seen. From a router: that is who it is (RFC 5508, section 4.2).
            for (sender, seen) in [(Scene.servers[flow.server], Scene.vip), (Self.router, Self.router)] {
              let sent = Self.error(kind, from: sender, about: flow.arrived, quoting: length)
              let expected = Self.error(kind, from: seen, about: flow.request, quoting: length)
              #expect(rig.fromServer(sent) == Self.out(Rig.frontend, expected))
            }
          }
        }
      }
      #expect(rig.counters[.errorsTranslated] == 192 && rig.counters[.sessionsCreated] == 2)
      expectSettled(rig)
    }

    @Test(arguments: TranslationTests.exchanges)
    func `54, 55: the first fragment of a quoted datagram names the flow, a later one does not`(
      _ exchange: TranslationTests.Exchange
    ) throws {
      let rig = try Rig(services: [exchange.service])
      var flow = try Flow(exchange, on: rig)
      for fragment: UInt16 in [0x2000, 0x0003, 0x2003] {
        (flow.arrived.fragment, flow.request.fragment) = (fragment, fragment)
        (flow.reply.fragment, flow.returned.fragment) = (fragment, fragment)
        let toClient = Self.error(from: Self.router, about: flow.arrived, quoting: 60)
        let toServer = Self.error(from: Self.router, about: flow.returned, quoting: 60)
        if fragment == 0x2000 {
          let seen = Self.error(from: Self.router, about: flow.request, quoting: 60)
          #expect(rig.fromServer(toClient) == Self.out(Rig.frontend, seen))
          let told = Self.error(from: Self.router, about: flow.reply, quoting: 60)
          #expect(rig.fromClient(toServer) == Self.out(Rig.backend, told))
        } else {
          #expect(rig.fromServer(toClient) == Scene.crossed(toClient.bytes, from: Rig.backend))
          #expect(rig.fromClient(toServer) == Scene.crossed(toServer.bytes, from: Rig.frontend))
        }
      }
      #expect(rig.counters[.icmpError] == 4)
      expectSettled(rig)
    }

    @Test(arguments: TranslationTests.exchanges)
    func `54, 55: without a session the stateless choice knows whose the packet was, and nothing is remembered`(
      _ exchange: TranslationTests.Exchange
    ) throws {
      let flow = try Flow(exchange, on: try Rig(services: [exchange.service]))
      // The same seed, and no memory.
      let rig = try Rig(services: [exchange.service])
      let toServer = Self.error(from: Self.router, about: flow.returned, quoting: 28)
      let told = Self.error(from: Self.router, about: flow.reply, quoting: 28)
      #expect(rig.fromClient(toServer) == Self.out(Rig.backend, told))
      let toClient = Self.error(from: Self.router, about: flow.arrived, quoting: 28)
      let seen = Self.error(from: Self.router, about: flow.request, quoting: 28)
      #expect(rig.fromServer(toClient) == Self.out(Rig.frontend, seen))
      // What another server got from this client was no flow of the service's.
      let other = Self.error(
        from: Self.router, about: Scene.arrived(flow.request, at: (flow.server + 1) % 3), quoting: 28)
      #expect(rig.fromServer(other) == Scene.crossed(other.bytes, from: Rig.backend))
      #expect(rig.counters[.sessionsCreated] == 0 && rig.counters[.adoptedReplies] == 0)
      expectSettled(rig)
    }

    @Test func `54, 55: an error neither refreshes a session nor confirms it`() throws {
      let rig = try Rig(services: [Scene.dns])
      let flow = try Flow(TranslationTests.exchanges[1], on: rig)
      let before = try #require(rig.sessions().first)
      rig.skip(ticks: 590)
      _ = rig.fromClient(Self.error(from: Self.router, about: flow.returned))
      _ = rig.fromServer(Self.error(from: Self.router, about: flow.arrived))
      #expect(rig.counters[.errorsTranslated] == 2)
      #expect(rig.sessions().first?.progress == before.progress)
      rig.skip(ticks: 11)
      #expect(rig.counters[.sessionsActive] == 0)
    }

    @Test func `54, 55: an error that is about no flow of a service crosses unchanged`() throws {
      let rig = try Rig(services: [Scene.web])
      let flow = try Flow(TranslationTests.exchanges[0], on: rig)
      let mine = Self.error(from: Self.router, about: flow.returned)
      let theirs = Self.error(from: Self.router, about: flow.arrived)
      var strangers: [(FrameBuilder, PortIndex)] = [(mine, Rig.backend), (theirs, Rig.frontend)]
      for (error, port) in [(mine, Rig.frontend), (theirs, Rig.backend)] {
        var changed = error
        changed.destination = IPv4Address(198, 51, 100, 1)
        strangers.append((changed, port))
        for type: UInt8 in [4, 5] {
          changed = error
          changed.payload = .icmp(type: type)
          strangers.append((changed, port))
        }
        for length in 0..<28 {
          changed = error
          changed.data = Array(error.data.prefix(length))
          strangers.append((changed, port))
        }
        for (place, octet) in [(0, UInt8(0x65)), (0, 0x44), (9, 47), (9, 1)] {
          changed = error
          changed.data[place] = octet
          strangers.append((changed, port))
        }
      }
      for (error, port) in strangers {
        #expect(rig.send(error.bytes, into: port) == Scene.crossed(error.bytes, from: port))
      }
      #expect(rig.counters[.icmpError] == UInt64(strangers.count) && rig.counters[.errorsTranslated] == 0)
      expectSettled(rig)
    }

    @Test func `54, 55: an error about a client's own talk with a server crosses unchanged`() throws {
      let rig = try Rig(services: [Scene.web])
      let there = FrameBuilder(from: Scene.client, 5000, to: Scene.servers[0], 8002, .tcp(flags: Scene.syn))
      let back = FrameBuilder(from: Scene.servers[0], 8002, to: Scene.client, 5000, .tcp(flags: 0x12))
      #expect(rig.fromClient(there) == Scene.crossed(there.bytes, from: Rig.frontend))
      let toClient = Self.error(from: Scene.servers[0], about: there)
      let toServer = Self.error(from: Scene.client, about: back)
      #expect(rig.fromServer(toClient) == Scene.crossed(toClient.bytes, from: Rig.backend))
      #expect(rig.fromClient(toServer) == Scene.crossed(toServer.bytes, from: Rig.frontend))
      #expect(rig.counters[.icmpError] == 2)
    }

    @Test func `54, 55: an error may arrive at any worker, and the owner of the flow translates it`() throws {
      let rig = try Rig(services: [Scene.web], workers: 2)
      for port in 40000..<UInt16(40064) {
        let flow = try Flow(TranslationTests.exchanges[0], on: rig, port: port)
        let (toServer, toClient) = (
          Self.error(from: Self.router, about: flow.returned), Self.error(from: Self.router, about: flow.arrived)
        )
        for worker in 0..<2 {
          #expect(
            rig.fromClient(toServer, at: worker)
              == Self.out(Rig.backend, Self.error(from: Self.router, about: flow.reply)))
          #expect(
            rig.fromServer(toClient, at: worker)
              == Self.out(Rig.frontend, Self.error(from: Self.router, about: flow.request)))
        }
      }
      #expect(rig.counters[.handedOver] > 64)
      expectSettled(rig)
    }

    @Test func `54, 55, 95: a quote that is spread over segments is dropped for that, if it can be of a flow`() throws {
      let rig = try Rig(services: [Scene.web])
      let flow = try Flow(TranslationTests.exchanges[0], on: rig)
      let sent = Self.error(from: Self.router, about: flow.returned)
      let expected = Self.error(from: Self.router, about: flow.reply)
      let needed = 14 + 28 + 20 + 18
      for place in 42..<90 {
        rig.inject([BufferTests.cut(sent.bytes, at: [place])], into: Rig.frontend)
        rig.serve(Rig.frontend)
        #expect(rig.collect() == (place < needed ? [] : Self.out(Rig.backend, expected)))
      }
      #expect(rig.counters[.headersNotContiguous] == UInt64(needed - 42))
      expectSettled(rig)
    }

    @Test(arguments: [FrameBuilder.Payload.tcp(flags: Scene.syn), .udp(), .icmp(type: 8)])
    func `56: an error to a VIP that returns directly reaches the server of the flow, as it is`(
      _ payload: FrameBuilder.Payload
    ) throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop, workers: 2)
      var servers: Set<Int> = []
      for port in 40000..<UInt16(40032) {
        let request = ServerSide.request(payload, from: IPv4Address(10, 0, 3, UInt8(port - 39999)), port)
        let server = try #require(ServerSide.server(of: rig.fromClient(request), for: request))
        servers.insert(server)
        var answer = FrameBuilder(
          from: ServerSide.vip, 80, to: request.source, port, payload.hasPorts ? payload : .icmp(type: 0))
        if !payload.hasPorts { (answer.sourcePort, answer.destinationPort) = (0, port) }
        var error = Self.error(from: Self.router, about: answer, quoting: 28)
        error.destinationMAC = ServerSide.vipMAC
        for worker in 0..<2 {
          #expect(ServerSide.server(of: rig.fromClient(error, at: worker), for: error) == server)
        }
        error.destinationMAC = ServerSide.mac(1)
        #expect(rig.fromClient(error).isEmpty)
      }
      #expect(servers.count == 3 && rig.counters[.wrongMAC] == 32)
      expectSettled(rig)
    }

    @Test func `48: an error about a killed server's session is dropped`() throws {
      let rig = try Rig(services: [Scene.web])
      let flow = try Flow(TranslationTests.exchanges[0], on: rig)
      let states: [BackendState] = (0..<3).map { $0 == flow.server ? .killed : .active }
      rig.publish(layouts: rig.tables.layouts.map { $0.with(states, keys: rig.keys) })
      #expect(rig.fromClient(Self.error(from: Self.router, about: flow.returned)).isEmpty)
      #expect(rig.fromServer(Self.error(from: Self.router, about: flow.arrived)).isEmpty)
      #expect(rig.counters[.sessionKilled] == 2)
      expectSettled(rig)
    }
  }
}
