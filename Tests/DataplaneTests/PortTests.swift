import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// A worker whose port goes and comes back.
  @Suite struct PortTests {
    private static let request = FrameBuilder(from: Scene.client, 40000, to: Scene.vip, 8000, .tcp(flags: Scene.syn))

    @Test func `83: frames for a removed port are dropped and counted, and its sessions stay`() throws {
      let rig = try Rig(services: [Scene.web])
      let first = rig.fromClient(Self.request)
      #expect(first.count == 1 && first[0].port == Rig.backend)
      try rig.ask { try $0.detach(Rig.backend) }
      #expect(rig.fromClient(Self.request).isEmpty)
      #expect(rig.counters[.portRemoved] == 1 && rig.counters[.sessionsActive] == 1)
      try rig.ask { [id = rig.device(of: Rig.backend)] in
        try $0.attach(Rig.backend, device: id, mac: Rig.mac(of: Rig.backend))
      }
      let second = rig.fromClient(Self.request)
      #expect(second == first, "the same server")
      #expect(rig.counters[.sessionsCreated] == 1 && rig.isBalanced && rig.isPoolWhole)
    }

    @Test func `83: a removed port is not polled`() throws {
      let rig = try Rig(services: [Scene.web])
      try rig.ask { try $0.detach(Rig.frontend) }
      // On this wire, what nobody takes comes out where it went in.
      #expect(rig.fromClient(Self.request).map(\.port) == [Rig.frontend])
      #expect(rig.counters[.receivedFromPorts] == 0)
      try rig.ask { [id = rig.device(of: Rig.frontend)] in
        try $0.attach(Rig.frontend, device: id, mac: Rig.mac(of: Rig.frontend))
      }
      #expect(rig.fromClient(Self.request).map(\.port) == [Rig.backend])
      #expect(rig.isBalanced && rig.isPoolWhole)
    }

    @Test func `83: a worker that sends through another's queue loses nothing but what is for the port`() throws {
      let rig = try Rig(services: [Scene.web], workers: 2, transmitters: 1)
      for worker in 0..<2 { try rig.ask(worker) { try $0.detach(Rig.backend) } }
      for worker in 0..<2 { #expect(rig.fromClient(Self.request, at: worker).isEmpty) }
      #expect(rig.counters[.portRemoved] == 2 && rig.isBalanced && rig.isPoolWhole)
    }
  }
}
