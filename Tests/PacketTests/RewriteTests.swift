import Net
import Packet
import TestSupport
import Testing

struct RewriteTests {
  /// Rewrites a frame in memory that ends with it.
  static func rewritten(_ bytes: [UInt8], _ side: Side, from old: Endpoint, to new: Endpoint) throws -> [UInt8] {
    let parsed = try #require(Parsing(bytes).frame)
    let buffer = GuardedBuffer(bytes)
    let address = ChecksumDelta(from: old.address, to: new.address)
    let endpoint = address + ChecksumDelta(from: old.port, to: new.port)
    switch side {
    case .destination:
      Rewrite.destination(
        of: buffer.base, parsed, to: new.address, port: new.port, addressDelta: address, endpointDelta: endpoint)
    case .source:
      // As the path does it for replies: the inverse of the request's change.
      Rewrite.source(
        of: buffer.base, parsed, to: new.address, port: new.port,
        addressDelta: ChecksumDelta(from: new.address, to: old.address).inverse,
        endpointDelta: (ChecksumDelta(from: new.address, to: old.address)
          + ChecksumDelta(from: new.port, to: old.port)).inverse)
    }
    return buffer.bytes()
  }

  enum Side: CaseIterable { case destination, source }

  /// Equal but for checksum fields where one is 0 and the other all ones, which mean the same in TCP, IP and ICMP.
  static func isSame(_ a: [UInt8], _ b: [UInt8], _ frame: FrameBuilder) -> Bool {
    if a == b { return true }
    guard a.count == b.count, Checksums.faults(of: a).isEmpty else { return false }
    var fields = [24]
    if frame.protocolNumber == 6 { fields.append(34 + frame.options.count + 16) }
    return a.indices.allSatisfy { index in
      a[index] == b[index] || fields.contains { $0 == index || $0 + 1 == index }
    }
  }

  @Test(arguments: Side.allCases)
  func `15: after rewriting, every checksum is what counting from zero gives`(_ side: Side) throws {
    var generator = TestSeed.generator("rewrite, \(side)")
    for _ in 0..<50000 {
      let transport = TransportProtocol.allCases.randomElement(using: &generator) ?? .tcp
      let frame = FrameBuilder.random(transport, using: &generator)
      let new = Endpoint(
        IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator)), .random(in: 0 ... .max, using: &generator),
        transport)
      var expected = frame
      let old: Endpoint
      switch side {
      case .destination:
        old = Endpoint(frame.destination, frame.destinationPort, transport)
        expected.destination = new.address
        if transport.hasPorts { expected.destinationPort = new.port }
      case .source:
        old = Endpoint(frame.source, frame.sourcePort, transport)
        expected.source = new.address
        if transport.hasPorts { expected.sourcePort = new.port }
      }
      let result = try Self.rewritten(frame.bytes, side, from: old, to: new)
      guard !Self.isSame(result, expected.bytes, expected) else { continue }
      Issue.record("\(result) is not \(expected.bytes)")
      return
    }
  }

  @Test func `15: a checksum that was wrong stays wrong`() throws {
    var bytes = Peers.tcp.bytes
    bytes[50] ^= 0x55
    let result = try Self.rewritten(
      bytes, .destination, from: Endpoint(Peers.vip, 8000, .tcp), to: Endpoint(Peers.client, 1, .tcp))
    #expect(Checksums.faults(of: result) == ["TCP checksum"])
  }

  @Test(arguments: Side.allCases)
  func `16: a UDP checksum of 0 stays 0`(_ side: Side) throws {
    let frame = Peers.frame(.udp(checksum: false), data: [1, 2, 3])
    let old = side == .source ? Endpoint(Peers.client, 40000, .udp) : Endpoint(Peers.vip, 8000, .udp)
    let result = try Self.rewritten(frame.bytes, side, from: old, to: Endpoint(IPv4Address(10, 0, 1, 2), 9, .udp))
    #expect(result[40...41] == [0, 0])
    #expect(Checksums.faults(of: result).isEmpty)
  }

  @Test(arguments: Side.allCases)
  func `16: a UDP checksum that comes out as 0 is sent as all ones`(_ side: Side) throws {
    let server = Endpoint(IPv4Address(10, 0, 1, 2), 8002, .udp)
    var frame = Peers.frame(.udp(), data: [0, 0])
    var expected = frame
    func translate(_ frame: inout FrameBuilder) {
      if side == .destination { (frame.destination, frame.destinationPort) = (server.address, server.port) }
      if side == .source { (frame.source, frame.sourcePort) = (server.address, server.port) }
    }
    translate(&expected)
    // Data that, added, makes the translated datagram's sum all ones.
    let data = Array(expected.bytes[40...41])
    frame.data = data
    expected.data = data
    #expect(expected.bytes[40...41] == [0xFF, 0xFF])
    let old = side == .source ? Endpoint(Peers.client, 40000, .udp) : Endpoint(Peers.vip, 8000, .udp)
    #expect(try Self.rewritten(frame.bytes, side, from: old, to: server) == expected.bytes)
  }

  @Test func `16: a UDP checksum of all ones is one like any other`() throws {
    // From a datagram whose checksum is all ones to another address and back.
    var frame = Peers.frame(.udp(), data: [0, 0])
    frame.data = Array(frame.bytes[40...41])
    #expect(frame.bytes[40...41] == [0xFF, 0xFF])
    let vip = Endpoint(Peers.vip, 8000, .udp)
    let server = Endpoint(IPv4Address(10, 0, 1, 2), 8002, .udp)
    let there = try Self.rewritten(frame.bytes, .destination, from: vip, to: server)
    #expect(Checksums.faults(of: there).isEmpty)
    #expect(try Self.rewritten(there, .destination, from: server, to: vip) == frame.bytes)
  }

  @Test func `7: nothing but one address, one port and the checksums changes`() throws {
    var frame = Peers.tcp
    frame.options = [1, 1, 1, 1]
    frame.padding = 4
    let result = try Self.rewritten(
      frame.bytes, .destination, from: Endpoint(Peers.vip, 8000, .tcp),
      to: Endpoint(IPv4Address(10, 0, 1, 2), 8002, .tcp))
    let changed = frame.bytes.indices.filter { frame.bytes[$0] != result[$0] }
    // IP checksum, destination, destination port, TCP checksum.
    #expect(Set(changed).isSubset(of: Set([24, 25] + Array(30..<34) + [40, 41] + [54, 55])))
  }
}
