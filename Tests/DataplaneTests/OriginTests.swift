import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Frames that management has a worker send.
  @Suite struct OriginTests {
    static let frame =
      ARPMessage.announcement(of: Scene.vip, at: Rig.mac(of: Rig.frontend))
      .frame(from: Rig.mac(of: Rig.frontend), to: .broadcast)

    static func put(_ rig: Rig, _ bytes: [UInt8], by port: PortIndex, at worker: Int = 0) -> UInt32 {
      rig.mailboxes[worker].put(.originate(length: UInt32(bytes.count), by: port), frame: bytes)
      rig.breathe(worker)
      return rig.mailboxes[worker].answer.count
    }

    @Test(arguments: [Rig.frontend, Rig.backend])
    func `61, 71, 91: a frame of management's leaves as it is, and the books balance`(_ port: PortIndex) throws {
      let rig = try Rig(services: [Scene.web])
      #expect(Self.put(rig, Self.frame, by: port) == 1)
      #expect(rig.collect() == [Rig.Output(port: port, bytes: Self.frame)])
      #expect(rig.counters[.originated] == 1 && rig.counters[.forwarded] == 1)
      expectSettled(rig)
    }

    @Test func `71, 91: it goes by way of the worker that has the transmit queue`() throws {
      let rig = try Rig(services: [Scene.web], workers: 2, transmitters: 1)
      #expect(Self.put(rig, Self.frame, by: Rig.frontend, at: 1) == 1)
      #expect(rig.collect().isEmpty)
      while rig.serveRings() {}
      #expect(rig.collect() == [Rig.Output(port: Rig.frontend, bytes: Self.frame)])
      expectSettled(rig)
    }

    @Test func `61, 91: without a packet buffer nothing is sent and nothing is counted`() throws {
      let rig = try Rig(services: [Scene.web], room: 2048)
      #expect(Self.put(rig, [UInt8](repeating: 1, count: 2048), by: Rig.frontend) == 1)
      _ = rig.collect()
      #expect(Self.put(rig, Self.frame, by: PortIndex(7)) == 0)
      #expect(rig.counters[.originated] == 1)
      expectSettled(rig)
    }
  }
}
