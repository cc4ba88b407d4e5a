import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Pings of VIPs that Sluice answers itself.
  @Suite struct EchoTests {
    static func service(
      _ action: EchoAction, weights: [UInt32] = [1, 1, 1], whenEmpty: EmptyAction = .pass
    ) -> ServiceDefinition {
      var service = Scene.service([.tcp, .icmp], 80, weights: weights, whenEmpty: whenEmpty)
      service.echoAction = action
      return service
    }

    static func ping(_ identifier: UInt16 = 7, _ length: Int = 56, to vip: IPv4Address = Scene.vip) -> FrameBuilder {
      var ping = FrameBuilder(
        from: Scene.client, identifier, to: vip, 0, .icmp(type: 8),
        data: (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      (ping.timeToLive, ping.typeOfService, ping.identification) = (3, 0xB8, 0xBEEF)
      return ping
    }

    /// What a host answers: everything as it came, but for the ends, the type and the TTL.
    static func pong(_ ping: FrameBuilder) -> FrameBuilder {
      var pong = ping
      (pong.source, pong.destination) = (ping.destination, ping.source)
      (pong.sourcePort, pong.destinationPort) = (0, ping.sourcePort)
      (pong.sourceMAC, pong.destinationMAC) = (ping.destinationMAC, ping.sourceMAC)
      (pong.payload, pong.timeToLive) = (.icmp(type: 0), 64)
      return pong
    }

    /// Foretells, sends and compares the verdicts; returns what came out.
    static func send(
      _ frame: FrameBuilder, _ rig: Rig, _ verdict: Explanation.Verdict, _ location: SourceLocation = #_sourceLocation
    ) -> [Rig.Output] {
      #expect(rig.explain(frame.bytes, from: Rig.frontend).verdict == verdict, sourceLocation: location)
      return rig.fromClient(frame)
    }

    @Test(arguments: [EchoAction.itself, .itselfWhileUsable])
    func `53: a ping of the VIP is answered at once, and no server hears of it`(_ action: EchoAction) throws {
      let rig = try Rig(services: [Self.service(action)], workers: 2)
      for length in [0, 1, 56, 57, 1400] {
        for tags in [[], [0x8100_0064], [0x88A8_0001, 0x8100_0002]] as [[UInt32]] {
          var ping = Self.ping(UInt16(length), length)
          (ping.tags, ping.padding) = (tags, 3)
          let out = [Rig.Output(port: Rig.frontend, bytes: Self.pong(ping).bytes)]
          for worker in 0..<2 {
            #expect(rig.explain(ping.bytes, from: Rig.frontend, at: worker).verdict == .answered)
            #expect(rig.fromClient(ping, at: worker) == out)
          }
        }
      }
      #expect(rig.counters[Counter.answered] == 30 && rig.counters[.sessionsCreated] == 0)
      // TCP of the same service goes on as ever.
      let request = Scene.request(Scene.syn, vipPort: 80)
      #expect(Scene.server(of: rig.fromClient(request), for: request) != nil)
      expectSettled(rig)
    }

    @Test func `53: a large ping in several segments is answered whole`() throws {
      let rig = try Rig(services: [Self.service(.itself)], mbufs: 511, room: 9216)
      let ping = Self.ping(7, 4000)
      for places in [[42], [60, 1500]] {
        rig.inject([BufferTests.cut(ping.bytes, at: places)], into: Rig.frontend)
        rig.serve(Rig.frontend)
        #expect(rig.collect() == [Rig.Output(port: Rig.frontend, bytes: Self.pong(ping).bytes)])
      }
      expectSettled(rig)
    }

    @Test func `53: without a usable server a VIP that answers only with one does what when_empty says`() throws {
      let ping = Self.ping()
      for whenEmpty in [EmptyAction.pass, .drop, .reject] {
        let rig = try Rig(services: [Self.service(.itselfWhileUsable, weights: [0, 0, 0], whenEmpty: whenEmpty)])
        switch whenEmpty {
        case .pass:
          #expect(Self.send(ping, rig, .passed(.noBackend)) == Scene.crossed(ping.bytes, from: Rig.frontend))
        case .drop: #expect(Self.send(ping, rig, .dropped(.noBackend)).isEmpty)
        default:
          let out = Self.send(ping, rig, .refused)
          #expect(out.map(\.port) == [Rig.frontend] && out.first?.bytes[34] == 3)
        }
        let always = try Rig(services: [Self.service(.itself, weights: [0, 0, 0], whenEmpty: whenEmpty)])
        #expect(Self.send(ping, always, .answered).map(\.bytes) == [Self.pong(ping).bytes])
        expectSettled(rig)
      }
    }

    @Test func `53: other VIPs' pings reach their servers`() throws {
      let other = IPv4Address(10, 0, 2, 101)
      let rig = try Rig(services: [Self.service(.itself), Scene.service([.icmp], 0, vip: other)])
      let ping = Self.ping(to: other)
      #expect(Scene.server(of: Self.send(ping, rig, .forwarded), for: ping) != nil)
      let stranger = Self.ping(to: IPv4Address(8, 8, 8, 8))
      #expect(
        Self.send(stranger, rig, .passed(.noService)) == Scene.crossed(stranger.bytes, from: Rig.frontend))
      // From the servers' side it is no request to a service.
      #expect(rig.fromServer(Self.ping()) == Scene.crossed(Self.ping().bytes, from: Rig.backend))
    }

    @Test func `53: a flood of pings is answered at a bounded rate, and others are refused as ever`() throws {
      let refusing = Scene.service([.tcp], 81, weights: [0, 0, 0], whenEmpty: .reject)
      let rig = try Rig(services: [Self.service(.itself), refusing])
      rig.skip(ticks: 1)
      let before = rig.tick()
      let answered = rig.send([[UInt8]](repeating: Self.ping().bytes, count: 300), into: Rig.frontend).count
      #expect(answered >= 100 && (answered == 100 || rig.tick() != before))
      #expect(rig.counters[.echoRateLimited] == UInt64(300 - answered))
      if rig.tick() == before { #expect(Self.send(Self.ping(), rig, .dropped(.echoRateLimited)).isEmpty) }
      #expect(rig.fromClient(Scene.request(Scene.syn, vipPort: 81)).count == 1)
      rig.skip(ticks: 1)
      #expect(rig.fromClient(Self.ping()).count == 1)
      expectSettled(rig)
    }

    @Test func `53: nobody is answered who cannot be one host, nor a ping whose options ask for more`() throws {
      let rig = try Rig(services: [Self.service(.itself)])
      var frames = [Self.ping(), Self.ping(), Self.ping()]
      frames[0].source = IPv4Address(224, 0, 0, 1)
      frames[1].destinationMAC = .broadcast
      frames[2].options = [7, 7, 4, 0, 0, 0, 0, 0]
      for frame in frames { #expect(Self.send(frame, rig, .dropped(.echoUnanswerable)).isEmpty) }
      #expect(rig.counters[.echoUnanswerable] == 3)
      expectSettled(rig)
    }

    @Test func `53: a VIP of direct server return is answered for at its MAC address only`() throws {
      var service = ServerSide.service()
      service.echoAction = .itself
      let rig = try Rig(services: [service], unmatched: .drop)
      var ping = Self.ping(to: ServerSide.vip)
      ping.destinationMAC = ServerSide.vipMAC
      #expect(Self.send(ping, rig, .answered).map(\.bytes) == [Self.pong(ping).bytes])
      ping.destinationMAC = ServerSide.mac(1)
      #expect(Self.send(ping, rig, .dropped(.wrongMAC)).isEmpty)
      expectSettled(rig)
    }

    @Test func `53, 54: an error about an answer of Sluice's own is no server's business`() throws {
      let rig = try Rig(services: [Self.service(.itself)])
      let error = ErrorTests.error(from: ErrorTests.router, about: Self.pong(Self.ping()))
      #expect(Self.send(error, rig, .passed(.icmpError)) == Scene.crossed(error.bytes, from: Rig.frontend))
    }
  }
}
