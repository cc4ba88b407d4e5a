import Configuration
import Foundation
import Net
import Tables

/// The frame that a client asks about: one in hexadecimal, or one made of a flow's two ends.
struct ExplainQuery: Equatable, Sendable {
  /// The frame's bytes.
  let frame: [UInt8]
  /// Where the frame goes to, if it was made of that: then it is one to the MAC address that clients have for it.
  let destination: IPv4Address?
  /// The port by which it would arrive; nil: the first frontend.
  let arrival: String?

  /// - Throws: `ControlRefusal` when a parameter is missing or cannot be understood.
  init(_ request: ControlRequest) throws(ControlRefusal) {
    arrival = request.parameter("port")
    if let hex = request.parameter("packet") {
      for name in ["from", "to", "protocol", "flags"] where request.parameter(name) != nil {
        throw Self.bad(name, "goes without 'packet', which says everything")
      }
      guard let bytes = Self.bytes(hex), !bytes.isEmpty else { throw Self.bad("packet", "is a frame in hexadecimal") }
      guard bytes.count <= WorkerMailbox.frameLimit else {
        throw Self.bad("packet", "has at most \(WorkerMailbox.frameLimit) bytes")
      }
      frame = bytes
      destination = nil
      return
    }
    guard let transport = request.parameter("protocol").flatMap({ TransportProtocol(name: $0) }) else {
      throw Self.bad("protocol", "is tcp, udp or icmp")
    }
    let to = try Self.end(request, "to", transport)
    destination = to.address
    frame = ProbeFrame.bytes(
      from: try Self.end(request, "from", transport), to: to, transport,
      tcpFlags: try Self.flags(request.parameter("flags"), transport))
  }

  /// `10.0.0.1:40000`; of an echo the port is the identifier, and may be left out.
  private static func end(
    _ request: ControlRequest, _ name: String, _ transport: TransportProtocol
  ) throws(ControlRefusal) -> (address: IPv4Address, port: UInt16) {
    let halves = (request.parameter(name) ?? "").split(separator: ":", omittingEmptySubsequences: false)
    let port = halves.count == 2 && halves[1].utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(halves[1]) : nil
    guard let address = IPv4Address(halves[0]), halves.count == 1 ? !transport.hasPorts : port != nil else {
      throw bad(name, transport.hasPorts ? "is ADDRESS:PORT" : "is ADDRESS, or ADDRESS:IDENTIFIER")
    }
    return (address, port ?? 0)
  }

  /// The TCP flags by their names, such as `syn,ack`; a SYN alone unless something is said.
  private static func flags(_ text: String?, _ transport: TransportProtocol) throws(ControlRefusal) -> UInt8 {
    guard let text else { return 0x02 }
    guard transport == .tcp else { throw bad("flags", "is for tcp") }
    let bits: [String: UInt8] = ["fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16]
    var flags: UInt8 = 0
    for name in text.split(separator: ",") {
      guard let bit = bits[String(name)] else { throw bad("flags", "is a list of syn, ack, fin, rst and psh") }
      flags |= bit
    }
    return flags
  }

  private static func bytes(_ hex: String) -> [UInt8]? {
    let digits = hex.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ":") }
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for position in stride(from: 0, to: digits.count, by: 2) {
      let pair = digits[position...position + 1]
      // A sign would be read as part of a number.
      guard pair.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
        let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func bad(_ name: String, _ what: String) -> ControlRefusal {
    ControlRefusal(.badRequest, "bad_parameter", "'\(name)' \(what)", field: name)
  }
}
