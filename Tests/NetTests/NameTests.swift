import Net
import Testing

struct NameTests {
  @Test func `each drop and pass reason has a counter and a name of its own`() {
    #expect(DropReason.allCases.map(\.index) == Array(0..<DropReason.allCases.count))
    #expect(PassReason.allCases.map(\.index) == Array(0..<PassReason.allCases.count))
    #expect(Set(DropReason.allCases.map(\.description)).count == DropReason.allCases.count)
    #expect(Set(PassReason.allCases.map(\.description)).count == PassReason.allCases.count)
    let names = DropReason.allCases.map(\.description) + PassReason.allCases.map(\.description)
    #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" } })
    #expect(DropReason.allCases.allSatisfy { !$0.explanation.isEmpty })
  }

  @Test(arguments: TransportProtocol.allCases)
  func `a transport survives its code and its name`(_ transport: TransportProtocol) {
    #expect(TransportProtocol(code: transport.code) == transport)
    #expect(TransportProtocol(name: transport.description) == transport)
    #expect((1...3).contains(transport.code))
    #expect(transport.hasPorts == (transport != .icmp))
  }

  @Test func `IANA's numbers are those of TCP, UDP and ICMP`() {
    #expect(TransportProtocol.allCases.map(\.ipNumber) == [6, 17, 1])
    #expect(TransportProtocol(name: "sctp") == nil)
  }

  @Test func `an event keeps FIN, SYN, RST and ACK, and nothing else, of a segment's flags`() {
    for flags in UInt8.min ... .max {
      let event = SegmentEvent(tcpFlags: flags)
      #expect(event.isFin == (flags & 0x01 != 0))
      #expect(event.isSyn == (flags & 0x02 != 0))
      #expect(event.isReset == (flags & 0x04 != 0))
      #expect(event.isAck == (flags & 0x10 != 0))
      #expect(!event.isDatagram)
      #expect(event.rawValue < SegmentEvent.count)
      #expect(event.opensConnection == (flags & 0x17 == 0x02))
    }
    #expect(SegmentEvent.datagram.isDatagram && !SegmentEvent.datagram.opensConnection)
  }
}
