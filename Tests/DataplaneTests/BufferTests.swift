import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Frames in several buffers, large frames, full queues and leaks.
  @Suite struct BufferTests {
    static let large = FrameBuilder(
      from: Scene.client, 40000, to: Scene.vip, 8000, .tcp(flags: Scene.ack),
      data: (0..<4000).map { UInt8(truncatingIfNeeded: $0) })

    static func cut(_ bytes: [UInt8], at places: [Int]) -> [[UInt8]] {
      zip([0] + places, places + [bytes.count]).map { Array(bytes[$0..<$1]) }
    }

    @Test(arguments: [[54], [60, 1500], [100, 101, 102, 103], [1500, 3000]])
    func `95: a frame in several segments is translated in the first and left alone in the rest`(_ places: [Int]) throws
    {
      let rig = try Rig(services: [Scene.web], mbufs: 511, room: 9216)
      rig.inject([Self.cut(Self.large.bytes, at: places)], into: Rig.frontend)
      rig.serve(Rig.frontend)
      let server = try #require(Scene.server(of: rig.collect(), for: Self.large))
      let reply = Scene.reply(to: Self.large, from: server, .tcp(flags: Scene.ack), data: Self.large.data)
      rig.inject([Self.cut(reply.bytes, at: places)], into: Rig.backend)
      rig.serve(Rig.backend)
      #expect(rig.collect() == Scene.returned(reply, for: Self.large))
      expectSettled(rig)
    }

    @Test func `95: a jumbo frame crosses and is translated whole`() throws {
      var jumbo = Self.large
      jumbo.data = [UInt8](repeating: 0xEE, count: 8960)
      let rig = try Rig(services: [Scene.web], mbufs: 511, room: 9216)
      #expect(Scene.server(of: rig.fromClient(jumbo), for: jumbo) != nil)
      jumbo.destinationPort = 9
      #expect(rig.fromClient(jumbo) == Scene.crossed(jumbo.bytes, from: Rig.frontend))
      expectSettled(rig)
    }

    @Test(arguments: 1...53)
    func `95: a frame whose headers are spread over segments is dropped for that`(_ place: Int) throws {
      let rig = try Rig(services: [Scene.web], mbufs: 511, room: 9216)
      rig.inject([Self.cut(Self.large.bytes, at: [place])], into: Rig.frontend)
      rig.serve(Rig.frontend)
      #expect(rig.collect().isEmpty)
      #expect(rig.counters[.headersNotContiguous] == 1)
      expectSettled(rig)
    }

    @Test func `96: a full transmit queue drops with a reason and frees the buffers`() throws {
      let rig = try Rig(services: [Scene.web])
      let frames = (0..<32).map { Scene.request(Scene.syn, port: UInt16(20000 + $0)).bytes }
      // The wire behind the backend port holds 1023 frames, and nobody takes them off.
      for _ in 0..<40 {
        rig.inject(frames, into: Rig.frontend)
        rig.serve(Rig.frontend)
      }
      #expect(rig.counters[.forwarded] == 1023)
      #expect(rig.counters[.transmitQueueFull] == 40 * 32 - 1023)
      #expect(rig.counters.isBalanced)
      #expect(rig.discard() == 1023)
      expectSettled(rig)
      #expect(Scene.server(of: rig.fromClient(Scene.request(Scene.syn)), for: Scene.request(Scene.syn)) != nil)
    }

    /// All roads a frame can take, round and round.
    @Test func `96: no buffer leaks, however many packets`() throws {
      let refusing = Scene.service([.udp], 9, weights: [0, 0, 0], whenEmpty: .reject)
      let rig = try Rig(services: [Scene.everything, refusing], workers: 2, transmitters: 1)
      let requests = (0..<24).map {
        FrameBuilder(from: Scene.client, UInt16(3000 + $0), to: Scene.vip, 80, .udp()).bytes
      }
      let others =
        [
          Scene.request(Scene.syn), FrameBuilder(from: Scene.client, 5, to: Scene.vip, 9, .udp()),
          FrameBuilder(from: Scene.client, 5, to: Scene.servers[0], 8002, .udp()),
        ].map(\.bytes) + [Array(requests[0].prefix(40)), [], PassTests.ethernet(0x0806)]
      let replies = (0..<30).map {
        FrameBuilder(from: Scene.servers[$0 % 3], 8002 + UInt16($0 % 3), to: Scene.client, UInt16(3000 + $0), .udp())
          .bytes
      }
      var packets = 0
      let clock = ContinuousClock()
      let end = clock.now + .seconds(15)
      while packets < 10_000_000, clock.now < end {
        for worker in 0..<2 {
          rig.inject(requests + others, into: Rig.frontend)
          rig.serve(Rig.frontend, at: worker)
          rig.discard()
          rig.inject(replies, into: Rig.backend)
          rig.serve(Rig.backend, at: worker)
          while rig.serveRings() {}
          rig.discard()
          packets += 60
        }
        if packets % 1_200_000 == 0 { rig.skip(ticks: 1) }
      }
      print("96: \(packets) packets (10000000 wanted; what fits into 15 s of an unoptimised build)")
      expectSettled(rig)
    }
  }
}
