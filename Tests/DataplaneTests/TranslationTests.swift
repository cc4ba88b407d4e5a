import Net
import Tables
import TestSupport
import Testing

@Suite(.serialized)
struct TranslationTests {
  static let client = IPv4Address(10, 0, 0, 1)
  static let vip = IPv4Address(10, 0, 2, 100)
  static let servers = (2...4).map { IPv4Address(10, 0, 1, UInt8($0)) }

  static let web = ServiceDefinition(
    vip: vip, port: 8000, transports: [.tcp],
    backends: servers.enumerated().map { BackendDefinition(address: $0.element, port: 8002 + UInt16($0.offset)) })

  @Test func `13, 14: a request reaches its backend and the reply carries the VIP`() throws {
    let rig = try Rig(services: [Self.web])
    let request = FrameBuilder(from: Self.client, 40000, to: Self.vip, 8000, .tcp(flags: FrameBuilder.syn))
    let out = rig.fromClient(request)
    #expect(out.count == 1)
    let candidates = Self.servers.indices.filter { index in
      var expected = request
      expected.destination = Self.servers[index]
      expected.destinationPort = 8002 + UInt16(index)
      return out == [Rig.Output(port: Rig.backend, bytes: expected.bytes)]
    }
    let choice = try #require(candidates.first)
    let reply = FrameBuilder(
      from: Self.servers[choice], 8002 + UInt16(choice), to: Self.client, 40000,
      .tcp(flags: FrameBuilder.syn | FrameBuilder.ack), data: [1, 2, 3])
    var expected = reply
    expected.source = Self.vip
    expected.sourcePort = 8000
    #expect(rig.fromServer(reply) == [Rig.Output(port: Rig.frontend, bytes: expected.bytes)])
    #expect(rig.counters.isBalanced)
    #expect(rig.counters[.sessionsActive] == 1)
  }
}
