import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Services without a backend that takes sessions.
  @Suite struct EmptyServiceTests {
    static func rig(_ action: EmptyAction) throws -> Rig {
      try Rig(services: [Scene.service([.tcp, .udp, .icmp], 80, weights: [0, 0, 0], whenEmpty: action)])
    }

    static let requests: [FrameBuilder] = [.tcp(flags: Scene.syn), .udp(), .icmp(type: 8)].map {
      FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 80, $0, data: [1, 2, 3])
    }

    @Test(arguments: requests)
    func `20, 32: with when_empty pass, requests cross unchanged`(_ request: FrameBuilder) throws {
      let rig = try Self.rig(.pass)
      #expect(rig.fromClient(request) == Scene.crossed(request.bytes, from: Rig.frontend))
      #expect(rig.counters[PassReason.noBackend] == 1)
      expectSettled(rig)
    }

    @Test(arguments: requests)
    func `20: with when_empty drop, requests are dropped and counted`(_ request: FrameBuilder) throws {
      let rig = try Self.rig(.drop)
      #expect(rig.fromClient(request).isEmpty)
      #expect(rig.counters[DropReason.noBackend] == 1)
      expectSettled(rig)
    }

    @Test(arguments: requests)
    func `1, 20: with when_empty reject, requests are answered out of the port they came in by`(_ request: FrameBuilder)
      throws
    {
      let rig = try Self.rig(.reject)
      let output = rig.fromClient(request)
      let answer = try #require(output.first)
      #expect(output.count == 1 && answer.port == Rig.frontend)
      #expect(Checksums.faults(of: answer.bytes).isEmpty)
      #expect(answer.bytes[0..<6].elementsEqual(request.bytes[6..<12]))
      #expect(answer.bytes[6..<12].elementsEqual(request.bytes[0..<6]))
      #expect(answer.bytes[26..<30].elementsEqual(Scene.vip.octets))
      #expect(answer.bytes[30..<34].elementsEqual(Scene.client.octets))
      #expect(rig.counters[.answered] == 1)
      expectSettled(rig)
    }

    @Test func `20: a reset is not refused but dropped`() throws {
      let rig = try Self.rig(.reject)
      #expect(rig.fromClient(Scene.request(Scene.reset, vipPort: 80)).isEmpty)
      #expect(rig.counters[DropReason.noBackend] == 1)
      expectSettled(rig)
    }

    @Test func `20: a flood is not refused with a flood`() throws {
      let rig = try Self.rig(.reject)
      let requests = (0..<1000).map { Scene.request(Scene.syn, port: UInt16(1000 + $0), vipPort: 80).bytes }
      let answered = rig.send(requests, into: Rig.frontend).count
      // A hundred in a tick of 100 ms, of which some may pass meanwhile.
      #expect((100..<1000).contains(answered))
      #expect(rig.counters[DropReason.rejectRateLimited] == UInt64(1000 - answered))
      rig.skip(ticks: 1)
      #expect(rig.send(requests[0], into: Rig.frontend).count == 1)
      expectSettled(rig)
    }

    @Test func `20: a refusal of a frame in several segments is one segment, and the rest goes back to the pool`()
      throws
    {
      let rig = try Self.rig(.reject)
      let request = FrameBuilder(
        from: Scene.client, 40000, to: Scene.vip, 80, .udp(), data: [UInt8](repeating: 5, count: 3000))
      let bytes = request.bytes
      rig.inject([[Array(bytes[..<200]), Array(bytes[200..<1500]), Array(bytes[1500...])]], into: Rig.frontend)
      rig.serve(Rig.frontend)
      let output = rig.collect()
      #expect(output.map(\.bytes.count) == [14 + 28 + 186])
      #expect(output[0].bytes[42...].elementsEqual(bytes[14..<200]))
      expectSettled(rig)
    }

    @Test func `31, 32: with all weights at 0 sessions go on and new ones are refused`() throws {
      let rig = try Rig(services: [Scene.web])
      let server = try Scene.connect(rig)
      rig.publish([Scene.service([.tcp], 8000, weights: [0, 0, 0], whenEmpty: .drop)])
      let more = Scene.request(Scene.ack, data: [1])
      #expect(Scene.server(of: rig.fromClient(more), for: more) == server)
      let reply = Scene.reply(to: more, from: server, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: more))
      #expect(rig.fromClient(Scene.request(Scene.syn, port: 40001)).isEmpty)
      expectSettled(rig)
    }
  }
}
