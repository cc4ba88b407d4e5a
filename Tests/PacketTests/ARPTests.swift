import Net
import Packet
import TestSupport
import Testing

/// Packets on the wire here are written octet by octet, from RFC 826.
struct ARPTests {
  static let asking = MACAddress(rawValue: 0x02_0000_00000A)
  static let vip = IPv4Address(10, 0, 0, 100)
  static let vipMAC = MACAddress(rawValue: 0x02_0000_000064)

  /// 10.0.0.1 at 02:00:00:00:00:0a asks for 10.0.0.100.
  static let question: [UInt8] =
    [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 0x0A, 8, 6] + [0, 1, 8, 0, 6, 4, 0, 1]
    + [2, 0, 0, 0, 0, 0x0A, 10, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 10, 0, 0, 100] + [UInt8](repeating: 0, count: 18)

  /// What the host at 02:00:00:00:00:64 answers.
  static let answer: [UInt8] =
    [2, 0, 0, 0, 0, 0x0A, 2, 0, 0, 0, 0, 0x64, 8, 6] + [0, 1, 8, 0, 6, 4, 0, 2]
    + [2, 0, 0, 0, 0, 0x64, 10, 0, 0, 100] + [2, 0, 0, 0, 0, 0x0A, 10, 0, 0, 1] + [UInt8](repeating: 0, count: 18)

  static func parse(_ bytes: [UInt8]) -> ARPMessage? {
    let buffer = GuardedBuffer(bytes)
    return ARP.parse(buffer.base, contiguous: bytes.count)
  }

  @Test func `25, 61: a request and its answer are read field by field`() throws {
    let request = ARPMessage.request(for: Self.vip, from: IPv4Address(10, 0, 0, 1), Self.asking)
    #expect(Self.parse(Self.question) == request)
    #expect(Self.parse(Self.answer) == request.answer(by: Self.vipMAC))
    #expect(request.isClaim && !request.isProbe)
  }

  @Test func `25, 61: an answer is written over the request, with the VIP's address as its source`() throws {
    let buffer = GuardedBuffer(Self.question)
    let request = try #require(ARP.parse(buffer.base, contiguous: buffer.count))
    ARP.answer(request, with: Self.vipMAC, in: buffer.base)
    #expect(buffer.bytes() == Self.answer)
  }

  @Test func `61: an answer behind a tag leaves the tag`() throws {
    let tag: [UInt8] = [0x81, 0, 0, 7]
    let buffer = GuardedBuffer(Array(Self.question[..<12] + tag + Self.question[12...]))
    let request = try #require(ARP.parse(buffer.base, at: 18, contiguous: buffer.count))
    ARP.answer(request, with: Self.vipMAC, in: buffer.base, at: 18)
    #expect(buffer.bytes() == Array(Self.answer[..<12] + tag + Self.answer[12...]))
  }

  @Test func `25, 61: a probe is answered to the address that nobody has yet`() throws {
    var probe = Self.question
    probe.replaceSubrange(28..<32, with: [0, 0, 0, 0])
    let message = try #require(Self.parse(probe))
    #expect(message.isProbe && !message.isClaim)
    let buffer = GuardedBuffer(probe)
    ARP.answer(message, with: Self.vipMAC, in: buffer.base)
    var expected = Self.answer
    expected.replaceSubrange(38..<42, with: [0, 0, 0, 0])
    #expect(buffer.bytes() == expected)
  }

  @Test func `61: frames that management makes are those that the parser reads`() throws {
    let request = ARPMessage.request(for: Self.vip, from: IPv4Address(10, 0, 0, 1), Self.asking)
    #expect(request.frame(from: Self.asking, to: .broadcast) == Self.question)
    #expect(request.answer(by: Self.vipMAC).frame(from: Self.vipMAC, to: Self.asking) == Self.answer)
    let announcement = ARPMessage.announcement(of: Self.vip, at: Self.vipMAC)
    #expect(
      announcement.frame(from: Self.vipMAC, to: .broadcast)
        == [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 0x64, 8, 6] + [0, 1, 8, 0, 6, 4, 0, 1]
        + [2, 0, 0, 0, 0, 0x64, 10, 0, 0, 100] + [0, 0, 0, 0, 0, 0, 10, 0, 0, 100] + [UInt8](repeating: 0, count: 18))
  }

  /// An octet of the packet, and a value of it that no packet of IPv4 over Ethernet has.
  static let oddities: [(offset: Int, value: UInt8)] = [
    (14, 1), (15, 6), (16, 0x86), (17, 6), (18, 8), (19, 16), (20, 1), (21, 0), (21, 3), (21, 8),
  ]

  @Test(arguments: oddities)
  func `61: what is no request or reply of IPv4 over Ethernet is not read`(_ offset: Int, _ value: UInt8) {
    var bytes = Self.question
    bytes[offset] = value
    #expect(Self.parse(bytes) == nil)
  }

  @Test func `61: nothing is read behind a packet that is cut short`() {
    for count in 0..<42 { #expect(Self.parse(Array(Self.question.prefix(count))) == nil) }
    #expect(Self.parse(Array(Self.question.prefix(42))) != nil)
  }
}
