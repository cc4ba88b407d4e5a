import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// Direct server return: what a frame becomes, and what becomes of the others.
  @Suite struct DirectReturnTests {
    @Test func `63: a frame leaves with its server's MAC, from the leaving port's own, and with the same IP packet`()
      throws
    {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      var frame = ServerSide.request(.tcp(flags: Scene.syn, options: [2, 4, 5, 180]))
      frame.options = [0x94, 4, 0, 0]
      frame.timeToLive = 1
      frame.typeOfService = 0xB8
      frame.padding = 7
      let output = rig.fromClient(frame)
      #expect(ServerSide.server(of: output, for: frame) != nil)
      #expect(output.first.map { Array($0.bytes.dropFirst(12)) } == Array(frame.bytes.dropFirst(12)))
      // A checksum that is wrong stays as wrong as it was.
      var broken = frame.bytes
      broken[24] ^= 0x55
      broken[60] ^= 0x55
      #expect(
        rig.send(broken, into: Rig.frontend).first.map { Array($0.bytes.dropFirst(12)) } == Array(broken.dropFirst(12)))
      expectSettled(rig)
    }

    @Test(arguments: [
      FrameBuilder.Payload.tcp(flags: Scene.syn), .udp(), .udp(checksum: false), .icmp(type: 8),
    ])
    func `64: TCP, UDP and ICMP echo are balanced`(_ payload: FrameBuilder.Payload) throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      var servers: Set<Int> = []
      for client in 1...60 {
        let frame = ServerSide.request(payload, from: IPv4Address(10, 0, 3, UInt8(client)), data: [1, 2, 3])
        servers.insert(try #require(ServerSide.server(of: rig.fromClient(frame), for: frame)))
      }
      #expect(servers == [1, 2, 3])
      expectSettled(rig)
    }

    @Test func `10: only what comes to the VIP's MAC is taken; other MACs, groups and broadcast are dropped`() throws {
      let own = IPv4Address(10, 0, 0, 101)
      let rig = try Rig(
        services: [ServerSide.service(), ServerSide.service(vip: own, mac: .zero)], unmatched: .drop)
      let wrong = [
        ServerSide.mac(1), .broadcast, MACAddress(rawValue: 0x0100_5E00_0064), Rig.mac(of: Rig.frontend), .zero,
      ]
      for mac in wrong { #expect(rig.fromClient(ServerSide.request(mac: mac)).isEmpty) }
      #expect(rig.counters[DropReason.wrongMAC] == UInt64(wrong.count))
      // A session does not help, and is not kept alive.
      let good = ServerSide.request()
      #expect(ServerSide.server(of: rig.fromClient(good), for: good) != nil)
      rig.skip(ticks: 60)
      #expect(rig.fromClient(ServerSide.request(mac: .broadcast)).isEmpty)
      rig.skip(ticks: 60)
      #expect(rig.sessions().isEmpty)
      // Without a MAC of its own the VIP has the port's.
      let port = ServerSide.request(to: own, mac: Rig.mac(of: Rig.frontend))
      #expect(ServerSide.server(of: rig.fromClient(port), for: port) != nil)
      #expect(rig.fromClient(ServerSide.request(to: own)).isEmpty)
      #expect(rig.counters[DropReason.wrongMAC] == UInt64(wrong.count + 2))
      expectSettled(rig)
    }

    @Test func `10: among frames of an established session only those to the VIP's MAC are taken`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      let server = try #require(
        [Scene.syn, Scene.ack].map { flags in
          let frame = ServerSide.request(.tcp(flags: flags))
          return ServerSide.server(of: rig.fromClient(frame), for: frame)
        }.last ?? nil)
      let good = ServerSide.request(.tcp(flags: Scene.ack))
      for mac in [ServerSide.mac(server), .broadcast, Rig.mac(of: Rig.frontend)] {
        let output = rig.send(
          [good, ServerSide.request(.tcp(flags: Scene.ack), mac: mac), good].map(\.bytes), into: Rig.frontend)
        #expect(output.count == 2)
        for frame in output { #expect(ServerSide.server(of: [frame], for: good) == server) }
      }
      #expect(rig.counters[DropReason.wrongMAC] == 3)
      expectSettled(rig)
    }

    @Test func `10: everything from the servers' side is dropped, and counted as that`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop)
      let request = ServerSide.request()
      _ = rig.fromClient(request)
      let replies: [FrameBuilder.Payload] = [.tcp(flags: Scene.syn | Scene.ack), .udp(), .icmp(type: 0), .other(89)]
      for payload in replies {
        let reply = FrameBuilder(from: ServerSide.vip, 80, to: Scene.client, 40000, payload)
        #expect(rig.fromServer(reply).isEmpty)
      }
      #expect(rig.fromServer(ServerSide.request()).isEmpty)
      #expect(rig.counters[DropReason.fromServerSide] == UInt64(replies.count + 1))
      expectSettled(rig)
    }

    @Test func `66: what is for no VIP, port or protocol of a service is dropped and counted`() throws {
      let rig = try Rig(services: [ServerSide.service([.tcp], 80, others: [443, 8080])], unmatched: .drop)
      for port in [80, 443, 8080] as [UInt16] {
        let frame = ServerSide.request(to: ServerSide.vip, port)
        #expect(ServerSide.server(of: rig.fromClient(frame), for: frame) != nil)
      }
      let others = [
        ServerSide.request(to: ServerSide.vip, 81), ServerSide.request(.udp(), to: ServerSide.vip, 80),
        ServerSide.request(.icmp(type: 8)), ServerSide.request(to: IPv4Address(10, 0, 0, 99), 80),
        ServerSide.request(.other(47)),
      ]
      for frame in others { #expect(rig.fromClient(frame).isEmpty) }
      #expect(rig.counters[DropReason.unmatched] == UInt64(others.count))
      expectSettled(rig)
    }

    @Test func `66: a service without a port has all that no other service claims`() throws {
      let rig = try Rig(
        services: [
          ServerSide.service(servers: 1..<3), ServerSide.service([.tcp], 443, servers: 11..<13),
          ServerSide.service([.udp], 53, vip: IPv4Address(10, 0, 0, 101), servers: 21..<23),
        ], unmatched: .drop)
      for port in 1...200 as ClosedRange<UInt16> {
        let (tcp, udp) = (
          ServerSide.request(to: ServerSide.vip, port * 3), ServerSide.request(.udp(), to: ServerSide.vip, port)
        )
        #expect([1, 2].contains(ServerSide.server(of: rig.fromClient(tcp), for: tcp)))
        #expect([1, 2].contains(ServerSide.server(of: rig.fromClient(udp), for: udp)))
      }
      let special = ServerSide.request(to: ServerSide.vip, 443)
      #expect([11, 12].contains(ServerSide.server(of: rig.fromClient(special), for: special)))
      #expect(rig.fromClient(ServerSide.request(.udp(), to: IPv4Address(10, 0, 0, 101), 54)).isEmpty)
      expectSettled(rig)
    }

    @Test func `67: VIPs have pools and MAC addresses of their own`() throws {
      let vips = (0..<100).map { IPv4Address(10, 0, 9, UInt8($0)) }
      let services = vips.enumerated().map { index, vip in
        ServerSide.service(
          vip: vip, mac: MACAddress(rawValue: 0x0200_0001_0000 + UInt64(index)), servers: index * 10..<index * 10 + 10)
      }
      let rig = try Rig(services: services, unmatched: .drop)
      for (index, vip) in vips.enumerated() where index > 0 {
        let frame = ServerSide.request(to: vip, 80, mac: services[index].vipMAC)
        let server = try #require(ServerSide.server(of: rig.fromClient(frame), for: frame))
        #expect(server / 10 == index)
        #expect(rig.fromClient(ServerSide.request(to: vip, 80, mac: services[index - 1].vipMAC)).isEmpty)
      }
      expectSettled(rig)
    }

    @Test func `73: with one port frames leave as they came, to their server`() throws {
      let rig = try Rig(services: [ServerSide.service()], unmatched: .drop, isOneArm: true)
      for port in 40000..<40020 as Range<UInt16> {
        let frame = ServerSide.request(from: Scene.client, port)
        #expect(ServerSide.server(of: rig.fromClient(frame), for: frame, by: Rig.frontend) != nil)
        #expect(rig.explain(frame.bytes, from: Rig.frontend).exit == Rig.frontend)
      }
      // What a server sends to its client passes by; what a switch floods is dropped.
      #expect(rig.fromClient(FrameBuilder(from: ServerSide.vip, 80, to: Scene.client, 40000, .udp())).isEmpty)
      expectSettled(rig)
    }

    @Test func `nat and dsr services stand side by side`() throws {
      let rig = try Rig(services: [Scene.web, ServerSide.service()])
      let web = Scene.request(Scene.syn)
      let server = try #require(Scene.server(of: rig.fromClient(web), for: web))
      let other = ServerSide.request()
      #expect(ServerSide.server(of: rig.fromClient(other), for: other) != nil)
      let reply = Scene.reply(to: web, from: server, .tcp(flags: Scene.syn | Scene.ack), data: [])
      #expect(rig.fromServer(reply) == Scene.returned(reply, for: web))
      // With `unmatched: pass` what is nobody's crosses, from either side.
      let stranger = FrameBuilder(from: Scene.client, 1, to: IPv4Address(10, 0, 7, 7), 1, .udp())
      #expect(rig.fromClient(stranger) == Scene.crossed(stranger.bytes, from: Rig.frontend))
      #expect(rig.fromServer(stranger) == Scene.crossed(stranger.bytes, from: Rig.backend))
      expectSettled(rig)
    }

    @Test func `92: several workers agree on where a client's frames go`() throws {
      let services = [ServerSide.service()]
      let rig = try Rig(services: services, unmatched: .drop, workers: 2, transmitters: 1)
      for port in 40000..<40064 as Range<UInt16> {
        let frame = ServerSide.request(from: Scene.client, port)
        let first = try #require(ServerSide.server(of: rig.fromClient(frame, at: 0), for: frame))
        #expect(ServerSide.server(of: rig.fromClient(frame, at: 1), for: frame) == first)
      }
      #expect(rig.counters[.sessionsActive] == 64)
      expectSettled(rig)
    }

    @Test func `20: without a server a frame is dropped, or refused`() throws {
      let rig = try Rig(
        services: [
          ServerSide.service(servers: 1..<2, weight: 0),
          ServerSide.service(vip: IPv4Address(10, 0, 0, 101), servers: 1..<1, whenEmpty: .reject),
        ], unmatched: .drop)
      #expect(rig.fromClient(ServerSide.request()).isEmpty)
      #expect(rig.counters[DropReason.noBackend] == 1)
      let refused = rig.fromClient(ServerSide.request(to: IPv4Address(10, 0, 0, 101), 80))
      #expect(refused.count == 1 && refused[0].port == Rig.frontend)
      // To whoever asked, from the VIP's own address.
      #expect(refused.first.map { Array($0.bytes.prefix(12)) } == [2, 0, 0, 0, 0, 0x0A, 2, 0, 0, 0, 0, 0x64])
      expectSettled(rig)
    }
  }
}
