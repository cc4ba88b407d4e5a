import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What becomes of the sessions of a backend that is down but configured.
  @Suite struct HealthStateTests {
    @Test func `45, 86: sessions of a backend that is down choose anew, and so does a SYN towards it`() throws {
      let (rig, ports) = try LeavingTests.flows()
      LeavingTests.publish(rig, [.active, .down, .active])
      let request = LeavingTests.more(ports[1])
      let late = Scene.reply(to: request, from: 1, .tcp(flags: Scene.ack))
      #expect(rig.fromServer(late).isEmpty, "what it still sends is no longer translated")
      let chosen = try #require(LeavingTests.server(rig, LeavingTests.more(ports[1], Scene.syn)))
      #expect(chosen != 1)
      #expect(LeavingTests.server(rig, request) == chosen)
      for port in UInt16(50000)..<50200 {
        #expect(LeavingTests.server(rig, Scene.request(Scene.syn, port: port)) != 1)
      }
      for server in [0, 2] {
        #expect(LeavingTests.server(rig, LeavingTests.more(ports[server])) == server, "the others stay")
      }
      expectSettled(rig)
    }

    @Test func `86: with on_down: reset a client hears of the end of its session by a RST`() throws {
      let (rig, ports) = try LeavingTests.flows()
      LeavingTests.publish(rig, [.active, .downWithReset, .active])
      let request = LeavingTests.more(ports[1])
      let answer = try #require(rig.fromClient(request).first)
      guard case .packet(let packet) = ReferencePacket.read(answer.bytes) else {
        Issue.record("not a packet: \(answer)")
        return
      }
      #expect(answer.port == Rig.frontend && packet.isReset)
      #expect(rig.counters[.sessionsKilled] == 1 && rig.backend(1).entries == 0)
      expectSettled(rig)
    }

    @Test func `86: a backend that comes up again takes new sessions at its old place`() throws {
      let (rig, ports) = try LeavingTests.flows()
      LeavingTests.publish(rig, [.active, .down, .active])
      _ = LeavingTests.server(rig, LeavingTests.more(ports[1]))
      LeavingTests.publish(rig, [.active, .active, .active])
      let servers = (UInt16(50000)..<50200).map { LeavingTests.server(rig, Scene.request(Scene.syn, port: $0)) }
      #expect(servers.contains(1))
      expectSettled(rig)
    }

    @Test func `45: an explanation of a backend that is down agrees with what happens`() throws {
      let (rig, ports) = try LeavingTests.flows()
      LeavingTests.publish(rig, [.active, .down, .active])
      let request = LeavingTests.more(ports[1])
      let explained = rig.explain(request.bytes, from: Rig.frontend).backend.map { Int($0.rawValue) }
      #expect(explained == LeavingTests.server(rig, request))
      #expect(explained != 1)
    }
  }
}
