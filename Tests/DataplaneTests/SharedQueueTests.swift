import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Workers without a transmit queue of their own.
  @Suite struct SharedQueueTests {
    /// The second worker's queue to the frontend holds 64 frames: 32 refusals, 20 that cross and 32 more refusals
    /// out of its ring make it flush while the ring's burst is still being worked on.
    @Test func `92: frames that leave by another worker's queue leave once`() throws {
      let refusing = Scene.service([.tcp], 9000, weights: [0, 0, 0], whenEmpty: .reject)
      let rig = try Rig(services: [refusing], workers: 2, transmitters: 1)
      let owned = (0..<400).map { Scene.request(Scene.syn, port: UInt16(20000 + $0), vipPort: 9000) }.filter {
        request in
        let before = rig.tallies[0].snapshot()[.handedOver]
        _ = rig.fromClient(request)
        return rig.tallies[0].snapshot()[.handedOver] > before
      }
      try #require(owned.count >= 64)
      rig.skip(ticks: 1)  // refills the allowance of refusals
      rig.inject(owned[..<32].map(\.bytes), into: Rig.frontend)
      rig.serve(Rig.frontend, at: 0)
      let crossing = (0..<20).map {
        FrameBuilder(from: Scene.servers[0], 1, to: Scene.client, UInt16($0), .tcp(flags: Scene.ack)).bytes
      }
      rig.inject(owned[32..<64].map(\.bytes), into: Rig.frontend)
      rig.inject(crossing, into: Rig.backend)
      rig.breathe(1)
      while rig.serveRings() {}
      let output = rig.collect()
      #expect(output.count == 84)
      #expect(Set(output).count == 84)
      expectSettled(rig)
    }
  }
}
