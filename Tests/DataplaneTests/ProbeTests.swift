import Counters
import Dataplane
import Net
import Packet
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Probes of `dsr` servers from a kernel twin, and what else the kernel asks of VIPs.
  @Suite struct ProbeTests {
    static let twin = IPv4Address(10, 0, 0, 250)

    static func rig(
      _ services: [ServiceDefinition] = [ServerSide.service()], workers: Int = 1, transmitters: Int? = nil,
      isOneArm: Bool = false
    ) throws -> Rig {
      try Rig(
        services: services, unmatched: .drop, workers: workers, transmitters: transmitters,
        addresses: [KnownAddress(ServerSide.vip, mac: ServerSide.vipMAC, answersClients: true)], isOneArm: isOneArm,
        twin: (twin, side: isOneArm ? Rig.frontend : Rig.backend))
    }

    static func probe(
      _ index: UInt16, _ payload: FrameBuilder.Payload = .tcp(flags: Scene.syn), from source: IPv4Address = twin,
      to port: UInt16 = 80
    ) -> FrameBuilder {
      ServerSide.request(payload, from: source, ProbePorts.first + index, to: ServerSide.vip, port, data: [1, 2, 3])
    }

    static let payloads: [FrameBuilder.Payload] = [
      .tcp(flags: Scene.syn), .tcp(flags: Scene.ack), .tcp(flags: 0x04), .udp(), .icmp(type: 8),
    ]

    @Test(arguments: payloads, [1, 3])
    func `70: a probe reaches the server that its source port names, byte for byte, from any worker`(
      payload: FrameBuilder.Payload, workers: Int
    ) throws {
      for isOneArm in [false, true] where !isOneArm || workers == 1 {
        let rig = try Self.rig(workers: workers, isOneArm: isOneArm)
        for index in 0..<UInt16(3) {
          for worker in 0..<workers {
            let probe = Self.probe(index, payload)
            let told = rig.explain(probe.bytes, from: Rig.kernel)
            #expect(told.verdict == .passed(.probe) && told.backend == BackendIndex(index) && told.exit == Rig.backend)
            #expect(told.station == ServerSide.mac(Int(index) + 1))
            let output = rig.send(probe.bytes, into: Rig.kernel, at: worker)
            #expect(ServerSide.server(of: output, for: probe) == Int(index) + 1)
          }
        }
        #expect(rig.counters[PassReason.probe] == UInt64(3 * workers))
        // Nothing of the service's: no session, and no request in a server's figures.
        #expect(rig.counters[.sessionsActive] == 0 && rig.counters[.forwarded] == 0)
        expectSettled(rig)
      }
    }

    @Test func `70: a worker without a queue sends a probe through the one that has it`() throws {
      let rig = try Self.rig(workers: 2, transmitters: 1)
      let probe = Self.probe(1)
      #expect(ServerSide.server(of: rig.send(probe.bytes, into: Rig.kernel, at: 1), for: probe) == 2)
      #expect(rig.counters[PassReason.probe] == 1)
      expectSettled(rig)
    }

    @Test func `70: a server is probed whatever its state and its share are`() throws {
      for state in [BackendState.draining, .down, .downWithReset] {
        let rig = try Self.rig()
        rig.publish(layouts: [rig.tables.layouts[0].with([.draining, .draining, state], keys: rig.keys)])
        let probe = Self.probe(2)
        #expect(ServerSide.server(of: rig.send(probe.bytes, into: Rig.kernel), for: probe) == 3)
        expectSettled(rig)
      }
    }

    @Test func `70: a probe of nobody, or of a server that is not found, ends here and reaches nobody else`() throws {
      var service = ServerSide.service()
      service.backends[1] = BackendDefinition(address: IPv4Address(10, 0, 0, 2), mac: nil)
      let rig = try Self.rig([service])
      for index in [1, 3, 4095] as [UInt16] {
        #expect(rig.explain(Self.probe(index).bytes, from: Rig.kernel).verdict == .dropped(.noBackend))
        #expect(rig.send(Self.probe(index).bytes, into: Rig.kernel).isEmpty)
      }
      #expect(rig.counters[DropReason.noBackend] == 3)
      expectSettled(rig)
    }

    @Test func `70: only the twin chooses a server, and only by these ports`() throws {
      let rig = try Self.rig()
      var chosen: Set<Int> = []
      // Of anybody outside, or whose frames the kernel forwards, the port says nothing.
      for client in 1...40 {
        let source = IPv4Address(10, 0, 3, UInt8(client))
        let (outside, forwarded) = (Self.probe(0, from: source), Self.probe(0, from: source, to: 81))
        chosen.insert(try #require(ServerSide.server(of: rig.fromClient(outside), for: outside)))
        chosen.insert(
          try #require(ServerSide.server(of: rig.send(forwarded.bytes, into: Rig.kernel), for: forwarded)))
      }
      #expect(chosen == [1, 2, 3])
      let spoofed = Self.probe(0)
      #expect(ServerSide.server(of: rig.fromClient(spoofed), for: spoofed) != nil)
      for port in [60999, 65096, 40000] as [UInt16] {
        let ordinary = ServerSide.request(from: Self.twin, port)
        #expect(ServerSide.server(of: rig.send(ordinary.bytes, into: Rig.kernel), for: ordinary) != nil)
        #expect(rig.explain(ordinary.bytes, from: Rig.kernel).verdict == .forwarded)
      }
      #expect(rig.counters[PassReason.probe] == 0 && rig.counters[.forwarded] == 84)
      expectSettled(rig)
    }

    @Test func `70: services of one VIP have their own servers behind the same ports`() throws {
      let rig = try Self.rig([
        ServerSide.service([.tcp], 80, others: [443]), ServerSide.service([.udp], 53, servers: 11..<13),
      ])
      for (probe, server) in [
        (Self.probe(0), 1), (Self.probe(1, to: 443), 2), (Self.probe(1, .udp(), to: 53), 12),
      ] {
        #expect(ServerSide.server(of: rig.send(probe.bytes, into: Rig.kernel), for: probe) == server)
      }
      // No service has this port: it is not for a server.
      #expect(Set(rig.send(Self.probe(0, to: 81).bytes, into: Rig.kernel).map(\.port)) == [Rig.frontend, Rig.backend])
      expectSettled(rig)
    }

    @Test(arguments: [false, true])
    func `70: what servers answer goes to the kernel, whatever it is`(isOneArm: Bool) throws {
      let rig = try Self.rig(isOneArm: isOneArm)
      let side = isOneArm ? Rig.frontend : Rig.backend
      let error = FrameBuilder.Payload.icmp(type: 3)
      for payload in [.tcp(flags: Scene.syn | Scene.ack), .udp(), .icmp(type: 0), error] as [FrameBuilder.Payload] {
        let answer = FrameBuilder(from: ServerSide.vip, 80, to: Self.twin, ProbePorts.first + 1, payload)
        #expect(rig.explain(answer.bytes, from: side).verdict == .toKernel)
        #expect(rig.send(answer.bytes, into: side) == [Rig.Output(port: Rig.kernel, bytes: answer.bytes)])
      }
      #expect(rig.counters[.toKernel] == 4)
      expectSettled(rig)
    }

    @Test func `70: the kernel is told where a VIP is, as clients are`() throws {
      let rig = try Self.rig()
      let kernel = Rig.mac(of: Rig.kernel)
      let request = ARPMessage.request(for: ServerSide.vip, from: Self.twin, kernel)
      let asked = request.frame(from: kernel, to: .broadcast)
      let answer = request.answer(by: ServerSide.vipMAC).frame(from: ServerSide.vipMAC, to: kernel)
      #expect(rig.explain(asked, from: Rig.kernel).verdict == .answered)
      #expect(rig.send(asked, into: Rig.kernel) == [Rig.Output(port: Rig.kernel, bytes: answer)])
      let other = ARPMessage.request(for: IPv4Address(10, 0, 0, 9), from: Self.twin, kernel)
        .frame(from: kernel, to: .broadcast)
      #expect(rig.explain(other, from: Rig.kernel).verdict == .passed(.fromKernel))
      #expect(Set(rig.send(other, into: Rig.kernel).map(\.port)) == [Rig.frontend, Rig.backend])
      expectSettled(rig)
    }
  }
}
