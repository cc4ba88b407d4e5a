import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What crosses unchanged, and what is dropped instead.
  @Suite struct PassTests {
    /// A frame that is nobody's, and how it is counted.
    struct Passenger: CustomTestStringConvertible {
      var name: String
      var bytes: [UInt8]
      var reason: PassReason
      var testDescription: String { name }
    }

    /// An Ethernet frame of a type, with random octets in it.
    static func ethernet(_ type: UInt16, _ length: Int = 46, to destination: UInt64 = 0xFFFF_FFFF_FFFF) -> [UInt8] {
      let header = (0..<6).map { UInt8(truncatingIfNeeded: destination >> UInt64(40 - $0 * 8)) } + [2, 0, 0, 0, 0, 10]
      return header + [UInt8(type >> 8), UInt8(type & 255)] + (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    }

    static func ip(_ payload: FrameBuilder.Payload, to: IPv4Address = Scene.vip, _ port: UInt16 = 9) -> FrameBuilder {
      FrameBuilder(from: Scene.client, 40000, to: to, port, payload, data: [1, 2, 3])
    }

    static func changed(_ frame: FrameBuilder, fragment: UInt16) -> [UInt8] {
      var frame = frame
      frame.fragment = fragment
      return frame.bytes
    }

    static let passengers: [Passenger] = [
      Passenger(name: "2: ARP request, to all", bytes: ethernet(0x0806, 28), reason: .arp),
      Passenger(name: "2: ARP reply, to one", bytes: ethernet(0x0806, 28, to: 0x0200_0000_000B), reason: .arp),
      Passenger(name: "3: IPv6", bytes: ethernet(0x86DD, 100), reason: .ipv6),
      Passenger(name: "3: neighbour solicitation", bytes: ethernet(0x86DD, 72, to: 0x3333_FF00_0001), reason: .ipv6),
      Passenger(name: "4: LLDP", bytes: ethernet(0x88CC), reason: .otherEtherType),
      Passenger(name: "4: STP, which has a length", bytes: ethernet(38, 38), reason: .otherEtherType),
      Passenger(name: "4: PPPoE", bytes: ethernet(0x8864), reason: .otherEtherType),
      Passenger(name: "4: nothing but the header", bytes: ethernet(0x88B5, 0), reason: .otherEtherType),
      Passenger(name: "5: another TCP port of the VIP", bytes: ip(.tcp(flags: 2)).bytes, reason: .noService),
      Passenger(name: "5: another protocol of the VIP", bytes: ip(.udp(), 8000).bytes, reason: .noService),
      Passenger(
        name: "5: another address", bytes: ip(.tcp(flags: 2), to: IPv4Address(8, 8, 8, 8), 8000).bytes,
        reason: .noService),
      Passenger(name: "8: GRE to the VIP", bytes: ip(.other(47)).bytes, reason: .otherProtocol),
      Passenger(name: "8: SCTP to the VIP", bytes: ip(.other(132)).bytes, reason: .otherProtocol),
      Passenger(name: "8: ESP to a server", bytes: ip(.other(50), to: Scene.servers[0]).bytes, reason: .otherProtocol),
      Passenger(
        name: "60: a fragment", bytes: changed(ip(.tcp(flags: 16), to: Scene.client, 80), fragment: 0x2000),
        reason: .fragment),
      Passenger(name: "an ICMP error", bytes: ip(.icmp(type: 3)).bytes, reason: .icmpError),
      Passenger(name: "an ICMP timestamp", bytes: ip(.icmp(type: 13)).bytes, reason: .otherICMP),
    ]

    @Test(arguments: passengers, [Rig.frontend, Rig.backend])
    func `1, 2, 3, 4, 5, 6, 8, 60: a frame of no service crosses byte for byte, both ways`(
      _ passenger: Passenger, _ port: PortIndex
    ) throws {
      let rig = try Rig(services: [Scene.web])
      #expect(rig.send(passenger.bytes, into: port) == Scene.crossed(passenger.bytes, from: port))
      #expect(rig.counters[passenger.reason] == 1)
      expectSettled(rig)
    }

    @Test(arguments: passengers, [Rig.frontend, Rig.backend])
    func `2, 3, 4, 5, 6, 8: with unmatched drop it is dropped, and counted`(_ passenger: Passenger, _ port: PortIndex)
      throws
    {
      let rig = try Rig(services: [Scene.web], unmatched: .drop)
      #expect(rig.send(passenger.bytes, into: port).isEmpty)
      #expect(rig.counters[DropReason.unmatched] == 1)
      expectSettled(rig)
    }

    @Test func `50: an echo is balanced in one direction only`() throws {
      let rig = try Rig(services: [Scene.echo])
      // A server pings the client; the client answers.
      let ping = FrameBuilder(from: Scene.servers[0], 7, to: Scene.client, 0, .icmp(type: 8))
      let pong = FrameBuilder(from: Scene.client, 0, to: Scene.servers[0], 7, .icmp(type: 0))
      #expect(rig.fromServer(ping) == Scene.crossed(ping.bytes, from: Rig.backend))
      #expect(rig.fromClient(pong) == Scene.crossed(pong.bytes, from: Rig.frontend))
      #expect(rig.counters[.otherICMP] == 2)
    }

    @Test(arguments: [TransportProtocol.tcp, .udp, .icmp])
    func `5: of a thousand clients that talk to a server itself, no reply is translated`(_ transport: TransportProtocol)
      throws
    {
      let rig = try Rig(services: [Scene.everything])
      for number in 0..<1000 {
        let client = IPv4Address(10, 0, 0, UInt8(1 + number % 200))
        let (request, reply): (FrameBuilder.Payload, FrameBuilder.Payload) =
          switch transport {
          case .tcp: (.tcp(flags: Scene.syn), .tcp(flags: 0x12))
          case .udp: (.udp(), .udp())
          case .icmp: (.icmp(type: 8), .icmp(type: 0))
          }
        let there = FrameBuilder(
          from: client, UInt16(5000 + number), to: Scene.servers[number % 3], 8002 + UInt16(number % 3), request)
        let back = FrameBuilder(from: there.destination, there.destinationPort, to: client, there.sourcePort, reply)
        #expect(rig.fromClient(there) == Scene.crossed(there.bytes, from: Rig.frontend))
        #expect(rig.fromServer(back) == Scene.crossed(back.bytes, from: Rig.backend))
      }
      #expect(rig.counters[.direct] == 2000 && rig.counters[.forwarded] == 0)
      expectSettled(rig)
    }

    @Test func `6: connections that servers open cross unchanged, and so do the answers`() throws {
      let rig = try Rig(services: [Scene.everything])
      for port in 30000..<UInt16(30500) {
        let open = FrameBuilder(from: Scene.servers[0], port, to: Scene.client, 443, .tcp(flags: Scene.syn))
        let answer = FrameBuilder(from: Scene.client, 443, to: Scene.servers[0], port, .tcp(flags: 0x12))
        #expect(rig.fromServer(open) == Scene.crossed(open.bytes, from: Rig.backend))
        #expect(rig.fromClient(answer) == Scene.crossed(answer.bytes, from: Rig.frontend))
      }
      #expect(rig.counters[.sessionsActive] == 0)
      expectSettled(rig)
    }

    @Test(arguments: 0...128)
    func `9: a frame cut off anywhere is balanced or dropped with a reason`(_ length: Int) throws {
      let rig = try Rig(services: [Scene.everything])
      for payload in [FrameBuilder.Payload.tcp(flags: Scene.syn), .udp(), .icmp(type: 8)] {
        let frame = FrameBuilder(
          from: Scene.client, 40000, to: Scene.vip, 80, payload, data: [UInt8](repeating: 1, count: 128))
        #expect(rig.send(Array(frame.bytes.prefix(length)), into: Rig.frontend).isEmpty)
        #expect(rig.send(Array(frame.bytes.prefix(length)), into: Rig.backend).isEmpty)
      }
      #expect(rig.counters.dropped == 6)
      expectSettled(rig)
    }
  }
}
