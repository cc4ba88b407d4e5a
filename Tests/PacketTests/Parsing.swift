import Net
import Packet
import TestSupport

/// A parser's answer.
struct Parsing: Equatable {
  var outcome: ParseOutcome
  /// Only where the outcome fills it.
  var frame: ParsedFrame?

  /// Parses octets of which nothing can be read behind `contiguous`.
  ///
  /// - Parameters:
  ///   - contiguous: octets of the first segment; all by default.
  ///   - length: octets of the frame, when it is longer than its first segment.
  init(_ bytes: [UInt8], contiguous: Int? = nil, length: Int? = nil) {
    let first = Array(bytes.prefix(contiguous ?? bytes.count))
    let buffer = GuardedBuffer(first)
    var parsed = ParsedFrame()
    outcome = FrameParser.parse(
      buffer.base, contiguous: first.count, length: UInt32(length ?? bytes.count), into: &parsed)
    frame =
      switch outcome {
      case .ports, .echoRequest, .echoReply: parsed
      case .other, .malformed: nil
      }
    precondition(buffer.bytes() == first, "a parser changes nothing")
  }
}

/// Where the tests' frames go.
enum Peers {
  static let client = IPv4Address(10, 0, 0, 1)
  static let vip = IPv4Address(10, 0, 2, 100)

  static func frame(_ payload: FrameBuilder.Payload, data: [UInt8] = []) -> FrameBuilder {
    FrameBuilder(from: client, 40000, to: vip, 8000, payload, data: data)
  }

  static let tcp = frame(.tcp(flags: FrameBuilder.ack), data: [1, 2, 3])
  static let udp = frame(.udp(), data: [1, 2, 3])
  static let echo = frame(.icmp(type: 8), data: [1, 2, 3])
}
