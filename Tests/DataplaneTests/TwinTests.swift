import Counters
import Dataplane
import Net
import Packet
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Kernel twins of ports: what reaches the kernel, and what becomes of what it sends.
  @Suite struct TwinTests {
    static let twin = IPv4Address(10, 0, 1, 250)
    static let twinMAC = MACAddress(rawValue: 0x02_0000_0000FA)
    static let hostMAC = MACAddress(rawValue: 0x02_0000_000077)
    static let host = IPv4Address(10, 0, 1, 77)
    static let everybody = MACAddress(rawValue: 0xFFFF_FFFF_FFFF)

    static func rig(
      _ services: [ServiceDefinition] = [Scene.web], unmatched: UnmatchedAction = .pass, workers: Int = 1,
      transmitters: Int? = nil
    ) throws -> Rig {
      try Rig(
        services: services, unmatched: unmatched, workers: workers, transmitters: transmitters,
        twin: (twin, side: Rig.backend))
    }

    static func frame(
      from source: IPv4Address, _ sourcePort: UInt16, to destination: IPv4Address, _ port: UInt16,
      _ payload: FrameBuilder.Payload = .tcp(flags: Scene.syn | Scene.ack)
    ) -> FrameBuilder {
      FrameBuilder(from: source, sourcePort, to: destination, port, payload, data: [1, 2, 3])
    }

    static func out(_ bytes: [UInt8], _ ports: PortIndex...) -> [Rig.Output] {
      ports.map { Rig.Output(port: $0, bytes: bytes) }
    }

    static let strangers: [FrameBuilder] = [
      frame(from: host, 22, to: twin, 40000), frame(from: host, 53, to: twin, 40000, .udp()),
      frame(from: host, 7, to: twin, 0, .icmp(type: 8)), frame(from: host, 0, to: twin, 7, .icmp(type: 0)),
      frame(from: host, 0, to: twin, 0, .icmp(type: 3)), frame(from: host, 0, to: twin, 0, .other(89)),
    ]

    @Test(arguments: strangers, [Rig.frontend, Rig.backend])
    func `whatever is for the twin's address reaches the kernel, from either side`(
      frame: FrameBuilder, side: PortIndex
    ) throws {
      for unmatched in [UnmatchedAction.pass, .drop] {
        let rig = try Self.rig(unmatched: unmatched)
        #expect(rig.send(frame.bytes, into: side) == Self.out(frame.bytes, Rig.kernel))
        #expect(rig.counters[.toKernel] == 1 && rig.counters.passed == 0 && rig.counters.dropped == 0)
        #expect(rig.explain(frame.bytes, from: side).verdict == .toKernel)
        expectSettled(rig)
      }
    }

    /// Of many ports of the kernel, hashing chooses each server for some: without a look at the address first, those
    /// answers would be taken for replies of the service.
    @Test func `a server's answers to the kernel are none of the service's`() throws {
      let rig = try Self.rig()
      for port in 40000..<UInt16(40030) {
        let answer = Self.frame(from: Scene.servers[0], 8002, to: Self.twin, port)
        #expect(rig.explain(answer.bytes, from: Rig.backend).verdict == .toKernel)
        #expect(rig.fromServer(answer) == Self.out(answer.bytes, Rig.kernel))
      }
      #expect(rig.counters[.sessionsActive] == 0 && rig.counters[.toKernel] == 30)
      expectSettled(rig)
    }

    @Test func `services are what they were beside a twin`() throws {
      let rig = try Self.rig()
      let server = try Scene.connect(rig)
      #expect((0..<3).contains(server))
      #expect(rig.counters[.toKernel] == 0 && rig.counters[.forwarded] == 3)
      expectSettled(rig)
    }

    @Test func `ARP for the twin goes to the kernel, and where everybody is asked also across`() throws {
      let rig = try Self.rig()
      let request = ARPMessage.request(for: Self.twin, from: Self.host, Self.hostMAC)
      let asked = request.frame(from: Self.hostMAC, to: Self.everybody)
      let answer = request.answer(by: Self.hostMAC)
      #expect(Set(rig.send(asked, into: Rig.backend)) == Set(Self.out(asked, Rig.frontend, Rig.kernel)))
      let told = ARPMessage(
        isRequest: false, senderMAC: Self.hostMAC, senderAddress: Self.host, targetMAC: Self.twinMAC,
        targetAddress: Self.twin
      ).frame(from: Self.hostMAC, to: Self.twinMAC)
      #expect(answer.targetAddress == Self.host)
      #expect(rig.send(told, into: Rig.backend) == Self.out(told, Rig.kernel))
      let other = ARPMessage.announcement(of: Self.host, at: Self.hostMAC).frame(from: Self.hostMAC, to: Self.everybody)
      #expect(Set(rig.send(other, into: Rig.frontend)) == Set(Self.out(other, Rig.backend, Rig.kernel)))
      let between = request.frame(from: Self.hostMAC, to: Self.hostMAC)
      #expect(rig.send(between, into: Rig.frontend) == Self.out(between, Rig.kernel))
      #expect(rig.counters[.copied] == 2 && rig.counters[.toKernel] == 4 && rig.counters[.arp] == 2)
      expectSettled(rig)
    }

    @Test func `what drops the unmatched does not drop the kernel's share of ARP`() throws {
      let rig = try Self.rig(unmatched: .drop)
      let asked = ARPMessage.request(for: Self.twin, from: Self.host, Self.hostMAC)
        .frame(from: Self.hostMAC, to: Self.everybody)
      #expect(rig.send(asked, into: Rig.backend) == Self.out(asked, Rig.kernel))
      #expect(rig.counters[.unmatched] == 1 && rig.counters[.toKernel] == 1)
      expectSettled(rig)
    }

    @Test func `the kernel's frames leave by every port until the addressee was heard, then by its own`() throws {
      let rig = try Self.rig()
      var frame = Self.frame(from: Self.twin, 40000, to: Self.host, 22)
      frame.destinationMAC = Self.hostMAC
      #expect(Set(rig.send(frame.bytes, into: Rig.kernel)) == Set(Self.out(frame.bytes, Rig.frontend, Rig.backend)))
      #expect(rig.counters[.copied] == 1 && rig.counters[.fromKernel] == 2)
      for side in [Rig.frontend, Rig.backend] {
        var heard = Self.frame(from: Self.host, 22, to: Self.twin, 40000)
        heard.sourceMAC = Self.hostMAC
        #expect(rig.send(heard.bytes, into: side) == Self.out(heard.bytes, Rig.kernel))
        #expect(rig.send(frame.bytes, into: Rig.kernel) == Self.out(frame.bytes, side))
      }
      let asked = ARPMessage.request(for: Self.host, from: Self.twin, Self.twinMAC)
        .frame(from: Self.twinMAC, to: Self.everybody)
      #expect(Set(rig.send(asked, into: Rig.kernel)) == Set(Self.out(asked, Rig.frontend, Rig.backend)))
      expectSettled(rig)
    }

    @Test func `84: what the kernel sends to everybody from the servers' side leaves by every frontend`() throws {
      let networks = ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"].map { IPv4Prefix($0) }
      let rig = try Rig(services: [Scene.web], frontends: networks, twin: (Self.twin, side: Rig.backend))
      let asked = ARPMessage.request(for: Self.host, from: Self.twin, Self.twinMAC)
        .frame(from: Self.twinMAC, to: Self.everybody)
      let all = Self.out(asked, Rig.backend, Rig.frontend(0), Rig.frontend(1), Rig.frontend(2))
      #expect(Set(rig.send(asked, into: PortIndex(4))) == Set(all))
      #expect(rig.counters[.copied] == 3 && rig.counters[.fromKernel] == 4)
      expectSettled(rig)
    }

    @Test(arguments: [Rig.backend, Rig.kernel])
    func `91: a copy that finds no buffer is counted, from the kernel and to it, and the books balance`(
      side: PortIndex
    ) throws {
      let rig = try Self.rig()
      let asked = ARPMessage.request(for: side == Rig.kernel ? Self.host : Self.twin, from: Self.host, Self.hostMAC)
        .frame(from: Self.hostMAC, to: Self.everybody)
      rig.inject([[UInt8]](repeating: asked, count: 32), into: side)
      let held = rig.holdMbufs()
      rig.serve(side)
      let counters = rig.counters
      #expect(counters[.receivedFromPorts] == 32 && counters[.copied] == 32 && counters[.noBuffer] > 0)
      #expect(rig.collect().count == 64 - Int(counters[.noBuffer]) && rig.isBalanced)
      held.forEach { $0.free() }
      expectSettled(rig)
    }

    @Test func `a worker without the twin's queue says by which port a host was heard`() throws {
      let rig = try Self.rig(workers: 2, transmitters: 1)
      var heard = Self.frame(from: Self.host, 22, to: Self.twin, 40000)
      heard.sourceMAC = Self.hostMAC
      #expect(rig.send(heard.bytes, into: Rig.frontend, at: 1) == Self.out(heard.bytes, Rig.kernel))
      var frame = Self.frame(from: Self.twin, 40000, to: Self.host, 22)
      frame.destinationMAC = Self.hostMAC
      #expect(rig.send(frame.bytes, into: Rig.kernel) == Self.out(frame.bytes, Rig.frontend))
      #expect(rig.counters[.toKernel] == 1 && rig.counters[.handedOver] == 1)
      expectSettled(rig)
    }

    @Test func `the kernel is a client of a service like any other`() throws {
      for workers in [1, 3] {
        let rig = try Self.rig(workers: workers)
        let open = Self.frame(from: Self.twin, 40000, to: Scene.vip, 8000, .tcp(flags: Scene.syn))
        let output = rig.send(open.bytes, into: Rig.kernel)
        let server = try #require(
          (0..<3).first { output == Self.out(Scene.arrived(open, at: $0).bytes, Rig.backend) })
        let reply = Scene.reply(to: open, from: server, .tcp(flags: Scene.syn | Scene.ack))
        var seen = reply
        seen.source = Scene.vip
        seen.sourcePort = 8000
        #expect(rig.fromServer(reply) == Self.out(seen.bytes, Rig.kernel))
        #expect(rig.counters[.sessionsActive] == 1 && rig.counters[.forwarded] == 2)
        expectSettled(rig)
      }
    }

    @Test func `what is broken or tagged is no twin's`() throws {
      let rig = try Self.rig()
      let tagged = PassTests.ethernet(0x8100, 60)
      #expect(rig.send(tagged, into: Rig.backend) == Scene.crossed(tagged, from: Rig.backend))
      var cut = ARPMessage.request(for: Self.twin, from: Self.host, Self.hostMAC)
        .frame(from: Self.hostMAC, to: Self.everybody)
      cut.removeLast(cut.count - 41)
      #expect(rig.send(cut, into: Rig.backend) == Scene.crossed(cut, from: Rig.backend))
      #expect(rig.counters[.toKernel] == 0 && rig.counters[.copied] == 0)
      expectSettled(rig)
    }
  }
}
