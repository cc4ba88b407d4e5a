import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Flows whose packets look alike from one side.
  @Suite struct ClashTests {
    /// A client port used in turn for the VIP and for the very server it leads to.
    @Test(arguments: [true, false])
    func `5: a port used for the VIP and for the server itself in turn gets its own replies`(_ isVIPFirst: Bool) throws
    {
      let rig = try Rig(services: [Scene.web])
      let toVIP = Scene.request(Scene.syn)
      // A reset makes no session.
      let server = try #require(
        Scene.server(of: rig.fromClient(Scene.request(Scene.reset)), for: Scene.request(Scene.reset)))
      var direct = toVIP
      direct.destination = Scene.servers[server]
      direct.destinationPort = 8002 + UInt16(server)
      for turn in 0..<4 {
        let request = (turn % 2 == 0) == isVIPFirst ? toVIP : direct
        _ = rig.fromClient(request)
        let reply = Scene.reply(to: request, from: server, .tcp(flags: Scene.syn | Scene.ack))
        #expect(rig.fromServer(reply) == Scene.returned(reply, for: request), "turn \(turn)")
        var acknowledgment = request
        acknowledgment.payload = .tcp(flags: Scene.ack)
        _ = rig.fromClient(acknowledgment)
        Scene.close(rig, request, server: server)
      }
      expectSettled(rig)
      #expect(rig.counters[.sessionsActive] == 1)
    }

    @Test func `5: an entry that has expired and is not yet swept does not answer for one that lives`() throws {
      let rig = try Rig(services: [Scene.dns])
      let toVIP = FrameBuilder(from: Scene.client, 5000, to: Scene.vip, 53, .udp(), data: [1])
      let server = try #require(Scene.server(of: rig.fromClient(toVIP), for: toVIP))
      var direct = toVIP
      direct.destination = Scene.servers[server]
      direct.destinationPort = 8002 + UInt16(server)
      // Both roads live; then only the later one.
      _ = rig.fromClient(direct)
      rig.skip(ticks: 500, sweeping: false)
      _ = rig.fromClient(direct)
      rig.skip(ticks: 500, sweeping: false)
      let reply = Scene.reply(to: direct, from: server, .udp())
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: direct))
      expectSettled(rig)
    }

    @Test func `27: a flow keeps its server when another that hashing would choose speaks up`() throws {
      let alone = Scene.service([.tcp], 8000, weights: [1, 0, 0])
      let other = Scene.service([.tcp], 8000, weights: [0, 1, 1])
      let rig = try Rig(services: [alone])
      #expect(try Scene.connect(rig) == 0)
      rig.publish([other])
      let chosen = try #require(
        (1...2).first { server in
          let stray = Scene.reply(to: Scene.request(Scene.syn), from: server, .tcp(flags: Scene.ack))
          return rig.tables.tables.pointee.choice(
            of: rig.tables.tables.pointee.service(ServiceIndex(0)),
            for: Endpoint(Scene.client, 40000, .tcp)) == BackendIndex(UInt16(server)) && stray.sourcePort > 0
        })
      let stray = Scene.reply(to: Scene.request(Scene.syn), from: chosen, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(stray) == Scene.crossed(stray.bytes, from: Rig.backend))
      let next = Scene.request(Scene.ack, data: [1])
      #expect(Scene.server(of: rig.fromClient(next), for: next) == 0)
      expectSettled(rig)
      #expect(rig.counters[.sessionsActive] == 1)
    }

    @Test func `6: a server's own SYN from a service's port is no reply and crosses unchanged`() throws {
      let rig = try Rig(services: [Scene.web])
      for port in 1000..<UInt16(1300) {
        let frame = FrameBuilder(from: Scene.servers[0], 8002, to: Scene.client, port, .tcp(flags: Scene.syn))
        #expect(rig.fromServer(frame) == Scene.crossed(frame.bytes, from: Rig.backend))
      }
      #expect(rig.counters[.sessionsActive] == 0)
      expectSettled(rig)
    }
  }
}
