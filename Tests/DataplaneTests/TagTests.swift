import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Frames with VLAN tags.
  @Suite struct TagTests {
    static let tags: [[UInt32]] = [
      [0x8100_0064], [0x88A8_0064], [0x9100_E00A], [0x8100_0000], [0x88A8_0064, 0x8100_00C8],
      [0x9100_0001, 0x8100_FFFF],
    ]

    @Test(arguments: TranslationTests.exchanges, tags)
    func `12: a packet behind one or two tags is balanced, and the tags stay`(
      _ exchange: TranslationTests.Exchange, _ tags: [UInt32]
    ) throws {
      let rig = try Rig(services: [exchange.service])
      for options in [[], [UInt8](repeating: 1, count: 40)] {
        var request = exchange.request
        (request.tags, request.options) = (tags, options)
        request.sourcePort += UInt16(options.count)
        let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
        var reply = Scene.reply(to: request, from: server, exchange.reply)
        (reply.tags, reply.options) = (tags, options)
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request))
      }
      #expect(rig.counters[.forwarded] == 4 && rig.counters[.sessionsCreated] == 2)
      expectSettled(rig)
    }

    @Test func `12: a tag is no part of a flow's identity`() throws {
      let rig = try Rig(services: [Scene.web])
      var request = Scene.request(Scene.syn)
      let server = try #require(Scene.server(of: rig.fromClient(request), for: request))
      for tags in Self.tags {
        request.tags = tags
        #expect(Scene.server(of: rig.fromClient(request), for: request) == server)
      }
      #expect(rig.counters[.sessionsCreated] == 1)
    }

    @Test(arguments: tags)
    func `12: what answers a tagged request has its tags`(_ tags: [UInt32]) throws {
      let services = [TransportProtocol.tcp, .udp].map {
        Scene.service([$0], 80, weights: [0, 0, 0], whenEmpty: .reject)
      }
      let rig = try Rig(services: services)
      for payload in [FrameBuilder.Payload.tcp(flags: Scene.syn), .udp()] {
        var request = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 80, payload, data: [1, 2, 3])
        let plain = try #require(rig.fromClient(request).first).bytes
        request.tags = tags
        let tagged = try #require(rig.fromClient(request).first).bytes
        let header = 12..<12 + tags.count * 4
        #expect(Array(tagged[header]) == Array(request.bytes[header]))
        #expect(Array(tagged[..<12]) + Array(tagged[header.upperBound...]) == plain)
      }
      #expect(rig.counters[.answered] == 4)
      expectSettled(rig)
    }

    @Test(arguments: TranslationTests.exchanges, tags)
    func `12, 54, 55: errors about tagged packets are translated behind the tags`(
      _ exchange: TranslationTests.Exchange, _ tags: [UInt32]
    ) throws {
      let rig = try Rig(services: [exchange.service])
      let flow = try ErrorTests.Flow(exchange, on: rig)
      var toServer = ErrorTests.error(from: ErrorTests.router, about: flow.returned)
      var atServer = ErrorTests.error(from: ErrorTests.router, about: flow.reply)
      (toServer.tags, atServer.tags) = (tags, tags)
      #expect(rig.fromClient(toServer) == ErrorTests.out(Rig.backend, atServer))
      var toClient = ErrorTests.error(from: ErrorTests.router, about: flow.arrived)
      var atClient = ErrorTests.error(from: ErrorTests.router, about: flow.request)
      (toClient.tags, atClient.tags) = (tags, tags)
      #expect(rig.fromServer(toClient) == ErrorTests.out(Rig.frontend, atClient))
      expectSettled(rig)
    }

    @Test func `12: behind tags it is as without: what is not balanced crosses, what is malformed is dropped`() throws {
      let rig = try Rig(services: [Scene.web])
      let request = Scene.request(Scene.syn)
      let cases: [(UInt16, PassReason)] = [
        (0x0806, .arp), (0x86DD, .ipv6), (0x88CC, .otherEtherType), (60, .otherEtherType),
      ]
      for tags in Self.tags {
        for (type, reason) in cases {
          var frame = request
          (frame.tags, frame.etherType) = (tags, type)
          let before = rig.counters[reason]
          #expect(rig.fromClient(frame) == Scene.crossed(frame.bytes, from: Rig.frontend))
          #expect(rig.counters[reason] == before + 1)
        }
        var frame = request
        frame.tags = tags + [0x8100_0001, 0x8100_0001]
        #expect(rig.fromClient(frame) == Scene.crossed(frame.bytes, from: Rig.frontend))
        frame.tags = tags
        let (passed, dropped) = (rig.counters.passed, rig.counters.dropped)
        for length in 0..<frame.bytes.count {
          #expect(rig.send(Array(frame.bytes.prefix(length)), into: Rig.frontend).isEmpty)
        }
        #expect(rig.counters.passed == passed && rig.counters.dropped == dropped + UInt64(frame.bytes.count))
      }
      expectSettled(rig)
    }

    @Test(arguments: tags)
    func `12: a port may pass tagged frames or drop them`(_ tags: [UInt32]) throws {
      for (action, unmatched) in [(TagAction.pass, UnmatchedAction.pass), (.pass, .drop), (.drop, .pass)] {
        let rig = try Rig(services: [Scene.web], unmatched: unmatched, tagAction: action)
        var request = Scene.request(Scene.syn)
        #expect(Scene.server(of: rig.fromClient(request), for: request) != nil)
        request.tags = tags
        let explanation = rig.explain(request.bytes, from: Rig.frontend)
        let out = rig.fromClient(request)
        switch (action, unmatched) {
        case (.pass, .pass):
          #expect(out == Scene.crossed(request.bytes, from: Rig.frontend))
          #expect(rig.counters[PassReason.tagged] == 1 && explanation.verdict == .passed(.tagged))
        case (.pass, .drop):
          #expect(out.isEmpty && rig.counters[.unmatched] == 1 && explanation.verdict == .dropped(.unmatched))
        default:
          #expect(out.isEmpty && rig.counters[DropReason.tagged] == 1 && explanation.verdict == .dropped(.tagged))
        }
        expectSettled(rig)
      }
    }

    @Test(arguments: [[0x8100_0064], [0x8100_E00A, 0x8100_00C8]] as [[UInt32]])
    func `12: a tag that the device takes off is put back before anything else`(_ tags: [UInt32]) throws {
      let rig = try Rig(services: [Scene.web], stripsTags: true)
      var request = Scene.request(Scene.syn)
      request.tags = tags
      rig.injectStripped([request.bytes], into: Rig.frontend)
      rig.serve(Rig.frontend)
      let server = try #require(Scene.server(of: rig.collect(), for: request))
      var reply = Scene.reply(to: request, from: server, .tcp(flags: 0x12))
      reply.tags = tags
      rig.injectStripped([reply.bytes], into: Rig.backend)
      rig.serve(Rig.backend)
      #expect(rig.collect() == Scene.returned(reply, for: request))
      // Frames without a tag are as ever, and what cannot have its tag back goes nowhere.
      let plain = Scene.request(Scene.syn, port: 40001)
      #expect(Scene.server(of: rig.fromClient(plain), for: plain) != nil)
      rig.injectStripped([request.bytes, request.bytes], into: Rig.frontend, hasRoom: false)
      rig.serve(Rig.frontend)
      #expect(rig.collect().isEmpty && rig.counters[.tagLost] == 2)
      expectSettled(rig)
    }

    @Test(arguments: tags, [18, 60, 1500])
    func `12, 95: a tagged frame in several segments is translated, or dropped if its headers are spread`(
      _ tags: [UInt32], _ place: Int
    ) throws {
      let rig = try Rig(services: [Scene.web], mbufs: 511, room: 9216)
      var large = BufferTests.large
      large.tags = tags
      rig.inject([BufferTests.cut(large.bytes, at: [place, 2000])], into: Rig.frontend)
      rig.serve(Rig.frontend)
      let out = rig.collect()
      if place < 54 + tags.count * 4 {
        #expect(out.isEmpty && rig.counters[.headersNotContiguous] == 1)
      } else {
        #expect(Scene.server(of: out, for: large) != nil)
      }
      expectSettled(rig)
    }
  }
}
