import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Several workers, frames arriving at any of them.
  @Suite struct OwnershipTests {
    static let payloads: [(FrameBuilder.Payload, FrameBuilder.Payload)] = [
      (.tcp(flags: Scene.ack), .tcp(flags: Scene.ack)), (.udp(), .udp()), (.icmp(type: 8), .icmp(type: 0)),
    ]

    /// - Parameter transmitters: workers with transmit queues; the others send through the first.
    @Test(arguments: [2, 3, 4], [1, 4])
    func `92: flows whose packets arrive anywhere keep their server, replies included`(
      _ workers: Int, _ transmitters: Int
    ) throws {
      var generator = TestSeed.generator("92, \(workers) workers")
      let rig = try Rig(services: [Scene.everything], workers: workers, transmitters: min(workers, transmitters))
      var servers: [Int] = []
      for round in 0..<4 {
        // Another pool after the first round: from then on only memory can know.
        if round == 1 { rig.publish([Scene.service([.tcp, .udp, .icmp], 80, weights: [0, 0, 1])]) }
        for flow in 0..<1000 {
          let (payload, answer) = Self.payloads[flow % 3]
          let client = IPv4Address(10, 0, UInt8(flow / 200), UInt8(1 + flow % 200))
          let request = FrameBuilder(from: client, UInt16(30000 + flow), to: Scene.vip, 80, payload, data: [1])
          let output = rig.fromClient(request, at: .random(in: 0..<workers, using: &generator))
          let server = try #require(Scene.server(of: output, for: request))
          if round == 0 { servers.append(server) }
          #expect(server == servers[flow])
          let reply = Scene.reply(to: request, from: server, answer)
          #expect(
            rig.fromServer(reply, at: .random(in: 0..<workers, using: &generator))
              == Scene.returned(reply, for: request))
        }
      }
      let books = rig.tallies.map { $0.snapshot() }
      print("92: \(workers) workers own \(books.map { $0[.sessionsActive] }) of 1000 flows")
      #expect(books.allSatisfy { $0[.sessionsActive] > UInt64(1000 / workers / 2) })
      #expect(rig.counters[.sessionsActive] == 1000 && rig.counters[.sessionsCreated] == 1000)
      #expect(rig.counters[.handedOver] == rig.counters[.receivedFromRings])
      #expect(rig.counters[.forwarded] == 8000 && rig.counters.dropped == 0)
      expectSettled(rig)
    }

    @Test func `92: what is nobody's crosses where it arrives`() throws {
      let rig = try Rig(services: [Scene.web], workers: 4)
      for worker in 0..<4 {
        for number in 0..<50 {
          let frame = FrameBuilder(from: Scene.client, UInt16(number), to: Scene.vip, 9, .udp())
          #expect(rig.fromClient(frame, at: worker) == Scene.crossed(frame.bytes, from: Rig.frontend))
        }
        #expect(rig.tallies[worker].snapshot()[PassReason.noService] == 50)
      }
      #expect(rig.counters[.handedOver] == 0)
    }

    @Test func `92: clients that talk to a server itself are known to their owner, wherever frames arrive`() throws {
      var generator = TestSeed.generator("92, direct")
      let rig = try Rig(services: [Scene.web], workers: 3)
      for port in 20000..<UInt16(20500) {
        let there = FrameBuilder(from: Scene.client, port, to: Scene.servers[1], 8003, .tcp(flags: Scene.syn))
        let back = FrameBuilder(from: Scene.servers[1], 8003, to: Scene.client, port, .tcp(flags: 0x12))
        #expect(
          rig.fromClient(there, at: .random(in: 0..<3, using: &generator))
            == Scene.crossed(there.bytes, from: Rig.frontend))
        #expect(
          rig.fromServer(back, at: .random(in: 0..<3, using: &generator))
            == Scene.crossed(back.bytes, from: Rig.backend))
      }
      expectSettled(rig)
    }

    @Test func `91, 92: a ring that takes no more drops with a reason, and the books balance`() throws {
      let rig = try Rig(services: [Scene.web], workers: 2)
      // The second worker never looks into its ring of 255.
      for start in stride(from: 0, to: 1600, by: 32) {
        rig.inject(
          (0..<32).map { Scene.request(Scene.syn, port: UInt16(20000 + start + $0)).bytes }, into: Rig.frontend)
        rig.serve(Rig.frontend, at: 0)
        rig.discard()
      }
      let first = rig.tallies[0].snapshot()
      #expect(first[DropReason.ringFull] > 300 && first[.handedOver] == 255)
      #expect(first.isBalanced)
      while rig.serveRings() { rig.discard() }
      expectSettled(rig)
    }
  }
}
