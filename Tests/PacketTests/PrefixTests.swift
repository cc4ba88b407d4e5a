import Net
import Packet
import TestSupport
import Testing

struct PrefixTests {
  static let frames: [FrameBuilder] = [Peers.tcp, Peers.udp, Peers.echo].flatMap { base in
    [0, 3, 10].map { words in
      var frame = base
      frame.options = [UInt8](repeating: 1, count: words * 4)
      frame.data = [UInt8](repeating: 0xAB, count: 128)
      return frame
    }
  }

  /// What a frame that ends after `length` octets must be dropped for.
  static func reason(_ length: Int) -> DropReason {
    switch length {
    case ..<14: .truncatedEthernet
    case ..<34: .truncatedIPv4
    default: .badIPTotalLength
    }
  }

  @Test(arguments: 0...128)
  func `9: a frame cut off anywhere is dropped with a reason, and nothing is read behind its end`(_ length: Int) {
    for frame in Self.frames {
      #expect(Parsing(Array(frame.bytes.prefix(length))).outcome == .malformed(Self.reason(length)))
    }
  }

  /// The IP header's own idea of the length is cut too: only the transport header can then be short.
  @Test(arguments: 34...128)
  func `9: a packet cut off anywhere is balanced or dropped with a reason`(_ length: Int) {
    for frame in Self.frames {
      var bytes = Array(frame.bytes.prefix(length))
      bytes.set(16, UInt16(length - 14))
      let start = 34 + frame.options.count
      let needed = frame.protocolNumber == 6 ? 20 : 8
      let outcome = Parsing(bytes).outcome
      switch (length, frame.payload) {
      case (..<start, _): #expect(outcome == .malformed(.badIPTotalLength))
      case (..<(start + needed), .tcp): #expect(outcome == .malformed(.truncatedTCP))
      case (..<(start + needed), .udp): #expect(outcome == .malformed(.truncatedUDP))
      case (..<(start + needed), _): #expect(outcome == .malformed(.truncatedICMP))
      case (_, .tcp): #expect(outcome == .ports)
      case (_, .udp): #expect(outcome == .malformed(.badUDPLength))
      default: #expect(outcome == .echoRequest)
      }
    }
  }

  @Test(arguments: 0...128)
  func `95: a first segment that ends anywhere holds all headers or is dropped for that`(_ contiguous: Int) {
    for frame in Self.frames {
      let bytes = frame.bytes
      let needed = 34 + frame.options.count + (frame.protocolNumber == 6 ? 20 : 8)
      let parsing = Parsing(bytes, contiguous: contiguous, length: bytes.count)
      if contiguous < needed {
        #expect(parsing.outcome == .malformed(.headersNotContiguous))
      } else {
        #expect(parsing == Parsing(bytes))
        #expect(parsing.frame != nil)
      }
    }
  }

  @Test func `9: mutated frames never lead outside the frame`() {
    var generator = TestSeed.generator("parser, mutated frames")
    for _ in 0..<20000 {
      let transport = TransportProtocol.allCases.randomElement(using: &generator) ?? .tcp
      var bytes = FrameBuilder.random(transport, using: &generator).bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 12..<min(60, bytes.count), using: &generator)] = .random(in: 0...255, using: &generator)
      }
      let contiguous = Int.random(in: 0...bytes.count, using: &generator)
      let parsing = Parsing(
        bytes, contiguous: contiguous, length: Bool.random(using: &generator) ? contiguous : bytes.count)
      guard let parsed = parsing.frame else { continue }
      let buffer = GuardedBuffer(Array(bytes.prefix(contiguous)))
      Rewrite.destination(
        of: buffer.base, parsed, to: Peers.vip, port: 1, addressDelta: .zero, endpointDelta: .zero)
      Rewrite.source(of: buffer.base, parsed, to: Peers.vip, port: 1, addressDelta: .zero, endpointDelta: .zero)
      let length = Rejection.answer(buffer.base, parsed, contiguous: contiguous, capacity: contiguous)
      #expect(length <= contiguous)
    }
  }
}
