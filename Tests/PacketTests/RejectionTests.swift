import Net
import Packet
import TestSupport
import Testing

struct RejectionTests {
  /// The answer to a frame, or nothing.
  static func answer(_ frame: FrameBuilder, contiguous: Int? = nil, capacity: Int? = nil) throws -> [UInt8] {
    let bytes = frame.bytes
    let parsed = try #require(Parsing(bytes).frame)
    let first = Array(bytes.prefix(contiguous ?? bytes.count))
    let buffer = GuardedBuffer(first, capacity: capacity ?? 2048)
    let length = Rejection.answer(buffer.base, parsed, contiguous: first.count, capacity: capacity ?? 2048)
    return buffer.bytes(length)
  }

  /// A frame from the VIP back to the client, as a host with a time to live of 64 sends it.
  static func back(_ payload: FrameBuilder.Payload) -> FrameBuilder {
    var frame = FrameBuilder(from: Peers.vip, 8000, to: Peers.client, 40000, payload)
    (frame.sourceMAC, frame.destinationMAC) = (frame.destinationMAC, frame.sourceMAC)
    frame.identification = 0
    return frame
  }

  static func reset(flags: UInt8, sequence: UInt32, acknowledgment: UInt32) -> [UInt8] {
    var frame = back(.tcp(flags: flags, sequence: sequence, acknowledgment: acknowledgment))
    frame.window = 0
    return frame.bytes
  }

  @Test func `20: a SYN is refused with RST and ACK of the sequence number after it`() throws {
    let frame = Peers.frame(.tcp(flags: FrameBuilder.syn, sequence: 1000))
    let answer = try Self.answer(frame)
    #expect(Checksums.faults(of: answer).isEmpty)
    #expect(answer == Self.reset(flags: 0x14, sequence: 0, acknowledgment: 1001))
  }

  @Test func `20: a segment with ACK is refused with a RST at the number it acknowledges`() throws {
    let frame = Peers.frame(.tcp(flags: FrameBuilder.ack, sequence: 5, acknowledgment: 777), data: [1, 2])
    #expect(try Self.answer(frame) == Self.reset(flags: 0x04, sequence: 777, acknowledgment: 0))
  }

  @Test func `20: data and FIN count in what a refusal acknowledges, over the end of the numbers`() throws {
    var frame = Peers.frame(.tcp(flags: FrameBuilder.fin, sequence: .max - 1, options: [1, 1, 1, 1]), data: [1, 2, 3])
    frame.options = [1, 1, 1, 1, 1, 1, 1, 1]
    // Without ACK: 3 octets and the FIN after 2^32 - 2.
    let answer = try Self.answer(frame)
    #expect(answer == Self.reset(flags: 0x14, sequence: 0, acknowledgment: 2))
    let syn = Peers.frame(.tcp(flags: FrameBuilder.syn | FrameBuilder.fin, sequence: 10), data: [1])
    #expect(try Self.answer(syn) == Self.reset(flags: 0x14, sequence: 0, acknowledgment: 13))
  }

  @Test func `20: Ethernet padding is no data`() throws {
    var frame = Peers.frame(.tcp(flags: FrameBuilder.syn, sequence: 1000))
    frame.padding = 6
    #expect(try Self.answer(frame) == Self.reset(flags: 0x14, sequence: 0, acknowledgment: 1001))
  }

  @Test(arguments: [UInt8(0x04), 0x14, 0x06, 0x05])
  func `20: a reset is never answered`(_ flags: UInt8) throws {
    #expect(try Self.answer(Peers.frame(.tcp(flags: flags))).isEmpty)
  }

  /// An ICMP error that quotes the first octets of the frame's IP packet.
  static func unreachable(_ frame: FrameBuilder, code: UInt8, quote: Int) -> [UInt8] {
    var expected = back(.icmp(type: 3, code: code))
    expected.sourcePort = 0  // the builder's place for the four octets that are unused here
    expected.data = Array(frame.bytes[14..<14 + quote])
    var bytes = expected.bytes
    bytes.set(40, 0)  // the builder writes a sequence number of 1 there
    bytes.set(36, 0)
    bytes.set(36, Checksums.internet(Array(bytes[34...])))
    return bytes
  }

  @Test func `20: a datagram is refused with ICMP port unreachable that quotes it`() throws {
    var frame = Peers.udp
    frame.padding = 15
    let answer = try Self.answer(frame)
    #expect(Checksums.faults(of: answer).isEmpty)
    #expect(answer == Self.unreachable(frame, code: 3, quote: 31))
  }

  @Test func `20: an echo is refused with ICMP host unreachable`() throws {
    #expect(try Self.answer(Peers.echo) == Self.unreachable(Peers.echo, code: 1, quote: 31))
  }

  @Test func `20: an ICMP error holds to 576 octets, options and all`() throws {
    var frame = Peers.frame(.udp(), data: [UInt8](repeating: 9, count: 1400))
    frame.options = [UInt8](repeating: 1, count: 40)
    let answer = try Self.answer(frame)
    #expect(answer.count == 14 + 576)
    #expect(answer == Self.unreachable(frame, code: 3, quote: 548))
  }

  @Test func `20: a quote ends with the first segment, and the answer with the buffer`() throws {
    let frame = Peers.frame(.udp(), data: [UInt8](repeating: 9, count: 1400))
    #expect(try Self.answer(frame, contiguous: 114) == Self.unreachable(frame, code: 3, quote: 100))
    // 28 octets of new headers before the quote: a buffer of 150 has room for 108 of it.
    #expect(try Self.answer(frame, contiguous: 140, capacity: 150) == Self.unreachable(frame, code: 3, quote: 108))
  }

  @Test func `20: an error that would quote less than the ports is not sent`() throws {
    let frame = Peers.frame(.udp(), data: [UInt8](repeating: 9, count: 100))
    #expect(try Self.answer(frame, contiguous: 42, capacity: 14 + 28 + 28).count == 14 + 28 + 28)
    #expect(try Self.answer(frame, contiguous: 42, capacity: 14 + 28 + 27).isEmpty)
  }

  static let nobody = [
    IPv4Address(0, 0, 0, 0), IPv4Address(127, 0, 0, 1), IPv4Address(224, 0, 0, 5), IPv4Address(240, 1, 1, 1),
    IPv4Address(255, 255, 255, 255),
  ]

  @Test(arguments: nobody)
  func `20: nobody is answered who cannot be one host`(_ source: IPv4Address) throws {
    for base in [Peers.frame(.tcp(flags: FrameBuilder.syn)), Peers.udp, Peers.echo] {
      var frame = base
      frame.source = source
      #expect(try Self.answer(frame).isEmpty)
    }
  }

  @Test func `20: a frame to all is not answered by one`() throws {
    var frame = Peers.udp
    frame.destinationMAC = MACAddress(rawValue: .max)
    #expect(try Self.answer(frame).isEmpty)
    frame.destinationMAC = MACAddress(rawValue: 0x0100_5E00_0001)
    #expect(try Self.answer(frame).isEmpty)
    frame.destinationMAC = Peers.udp.destinationMAC
    frame.destination = IPv4Address(224, 0, 0, 9)
    #expect(try Self.answer(frame).isEmpty)
  }
}
