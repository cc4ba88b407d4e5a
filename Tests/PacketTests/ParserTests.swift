import Net
import Packet
import TestSupport
import Testing

struct ParserTests {
  /// A valid frame with one change.
  struct Fixture: CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var outcome: ParseOutcome

    init(_ name: String, _ frame: FrameBuilder, _ outcome: ParseOutcome, _ change: (inout [UInt8]) -> Void = { _ in }) {
      self.name = name
      bytes = frame.bytes
      change(&bytes)
      self.outcome = outcome
    }

    var testDescription: String { name }
  }

  static let dropped: [Fixture] = [
    Fixture("empty", Peers.tcp, .malformed(.truncatedEthernet)) { $0 = [] },
    Fixture("13 octets", Peers.tcp, .malformed(.truncatedEthernet)) { $0 = Array($0.prefix(13)) },
    Fixture("no IP header", Peers.tcp, .malformed(.truncatedIPv4)) { $0 = Array($0.prefix(14)) },
    Fixture("19 octets of IP", Peers.tcp, .malformed(.truncatedIPv4)) { $0 = Array($0.prefix(33)) },
    Fixture("version 6", Peers.tcp, .malformed(.badIPVersion)) { $0[14] = 0x65 },
    Fixture("version 0", Peers.tcp, .malformed(.badIPVersion)) { $0[14] = 0x05 },
    Fixture("header of 16", Peers.tcp, .malformed(.badIPHeaderLength)) { $0[14] = 0x44 },
    Fixture("header of 0", Peers.tcp, .malformed(.badIPHeaderLength)) { $0[14] = 0x40 },
    Fixture("total below header", Peers.tcp, .malformed(.badIPTotalLength)) { $0.set(16, 19) },
    Fixture("total 0, as segmentation offload leaves it", Peers.tcp, .malformed(.badIPTotalLength)) { $0.set(16, 0) },
    Fixture("total beyond the frame", Peers.tcp, .malformed(.badIPTotalLength)) { $0.set(16, 44) },
    Fixture("total at its largest", Peers.tcp, .malformed(.badIPTotalLength)) { $0.set(16, 0xFFFF) },
    Fixture("options beyond the total", Peers.tcp, .malformed(.badIPTotalLength)) { $0[14] = 0x4F },
    Fixture("no TCP at all", Peers.tcp, .malformed(.truncatedTCP)) { $0.set(16, 20) },
    Fixture("19 octets of TCP", Peers.tcp, .malformed(.truncatedTCP)) { $0.set(16, 39) },
    Fixture("data offset 4", Peers.tcp, .malformed(.badTCPDataOffset)) { $0[46] = 0x40 },
    Fixture("data offset 0", Peers.tcp, .malformed(.badTCPDataOffset)) { $0[46] = 0 },
    Fixture("data offset beyond the segment", Peers.tcp, .malformed(.badTCPDataOffset)) { $0[46] = 0x60 },
    Fixture("7 octets of UDP", Peers.udp, .malformed(.truncatedUDP)) { $0.set(16, 27) },
    Fixture("UDP length 7", Peers.udp, .malformed(.badUDPLength)) { $0.set(38, 7) },
    Fixture("UDP length 0", Peers.udp, .malformed(.badUDPLength)) { $0.set(38, 0) },
    Fixture("UDP length beyond the datagram", Peers.udp, .malformed(.badUDPLength)) { $0.set(38, 12) },
    Fixture("7 octets of ICMP", Peers.echo, .malformed(.truncatedICMP)) { $0.set(16, 27) },
  ]

  @Test(arguments: dropped)
  func `9: a malformed frame is dropped and says why`(_ fixture: Fixture) {
    #expect(Parsing(fixture.bytes).outcome == fixture.outcome)
    // The same with padding behind it, which is not the packet's.
    if fixture.bytes.count >= 34, fixture.outcome != .malformed(.badIPTotalLength) {
      #expect(Parsing(fixture.bytes + [UInt8](repeating: 0xFF, count: 46)).outcome == fixture.outcome)
    }
  }

  static let passed: [Fixture] = [
    Fixture("2: ARP", Peers.tcp, .other(.arp)) { $0.set(12, 0x0806) },
    Fixture("3: IPv6", Peers.tcp, .other(.ipv6)) { $0.set(12, 0x86DD) },
    Fixture("4: LLDP", Peers.tcp, .other(.otherEtherType)) { $0.set(12, 0x88CC) },
    Fixture("4: an 802.3 length", Peers.tcp, .other(.otherEtherType)) { $0.set(12, 46) },
    Fixture("4: 14 octets", Peers.tcp, .other(.otherEtherType)) { $0 = Array($0.prefix(12)) + [0x88, 0x63] },
    Fixture("8: GRE", Peers.frame(.other(47), data: [0]), .other(.otherProtocol)),
    Fixture("8: no payload", Peers.frame(.other(50)), .other(.otherProtocol)),
    Fixture("first fragment", Peers.tcp, .other(.fragment)) { $0.set(20, 0x2000) },
    Fixture("later fragment", Peers.tcp, .other(.fragment)) { $0.set(20, 1) },
    Fixture("last possible fragment", Peers.tcp, .other(.fragment)) { $0.set(20, 0x1FFF) },
    Fixture("a fragment of one octet", Peers.frame(.other(6), data: [0]), .other(.fragment)) { $0.set(20, 8) },
    Fixture("unreachable", Peers.frame(.icmp(type: 3)), .other(.icmpError)),
    Fixture("source quench", Peers.frame(.icmp(type: 4)), .other(.icmpError)),
    Fixture("redirect", Peers.frame(.icmp(type: 5)), .other(.icmpError)),
    Fixture("time exceeded", Peers.frame(.icmp(type: 11)), .other(.icmpError)),
    Fixture("parameter problem", Peers.frame(.icmp(type: 12)), .other(.icmpError)),
    Fixture("timestamp", Peers.frame(.icmp(type: 13)), .other(.otherICMP)),
  ]

  @Test(arguments: passed)
  func `what is not balanced crosses and says why`(_ fixture: Fixture) {
    #expect(Parsing(fixture.bytes).outcome == fixture.outcome)
  }

  @Test(arguments: [UInt16(0), 0x4000, 0x8000, 0xC000])
  func `neither "don't fragment" nor the reserved bit makes a fragment`(_ bits: UInt16) {
    var frame = Peers.tcp
    frame.fragment = bits
    #expect(Parsing(frame.bytes).outcome == .ports)
  }

  @Test(arguments: 5...15)
  func `11: the transport header lies behind the options, however many`(_ words: Int) throws {
    for base in [Peers.tcp, Peers.udp, Peers.echo] {
      var frame = base
      frame.options = [UInt8](repeating: 1, count: (words - 5) * 4)
      let found = try #require(Parsing(frame.bytes).frame)
      #expect(found.networkOffset == 14)
      #expect(found.transportOffset == UInt8(14 + words * 4))
      #expect(found.sourcePort == 40000)
      #expect(found.destinationPort == (frame.protocolNumber == 1 ? 0 : 8000))
      #expect(found.source == frame.source && found.destination == frame.destination)
    }
  }

  @Test func `50: an echo's identifier stands for the client's port, whichever way it goes`() throws {
    let request = try #require(Parsing(Peers.echo.bytes).frame)
    #expect(Parsing(Peers.echo.bytes).outcome == .echoRequest)
    #expect(request.sourceEndpoint == Endpoint(Peers.client, 40000, .icmp))
    #expect(request.destinationEndpoint == Endpoint(Peers.vip, 0, .icmp))
    let back = FrameBuilder(from: Peers.vip, 0, to: Peers.client, 40000, .icmp(type: 0))
    let reply = try #require(Parsing(back.bytes).frame)
    #expect(Parsing(back.bytes).outcome == .echoReply)
    #expect(reply.sourceEndpoint == Endpoint(Peers.vip, 0, .icmp))
    #expect(reply.destinationEndpoint == Endpoint(Peers.client, 40000, .icmp))
    #expect(reply.event.isDatagram)
  }

  @Test func `random frames are read as they were built`() throws {
    var generator = TestSeed.generator("parser, random frames")
    for _ in 0..<5000 {
      let transport = TransportProtocol.allCases.randomElement(using: &generator) ?? .tcp
      let frame = FrameBuilder.random(transport, using: &generator)
      let found = try #require(Parsing(frame.bytes).frame)
      #expect(found.transport == transport)
      #expect(found.source == frame.source && found.destination == frame.destination)
      if transport.hasPorts {
        #expect(found.sourcePort == frame.sourcePort && found.destinationPort == frame.destinationPort)
      }
      if case .tcp(let flags, _, _, _) = frame.payload { #expect(found.event == SegmentEvent(tcpFlags: flags)) }
    }
  }
}

extension [UInt8] {
  /// Writes a 16-bit field, in network order.
  mutating func set(_ offset: Int, _ word: UInt16) {
    self[offset] = UInt8(word >> 8)
    self[offset + 1] = UInt8(word & 255)
  }
}
