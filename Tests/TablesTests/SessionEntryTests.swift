import Net
import TestSupport
import Testing

@testable import Tables

struct SessionEntryTests {
  /// Everything an entry holds.
  struct Fields: Equatable {
    var client: Endpoint
    var serverPort: UInt16
    var service: UInt16
    var backend: UInt16
    var frontend: UInt8
    var kind: UInt8
    var progress: UInt8
    var tick: UInt32

    init(using generator: inout some RandomNumberGenerator) {
      func ends<Value: FixedWidthInteger>(_ limit: Value) -> Value {
        [0, limit, .random(in: 0...limit, using: &generator)].randomElement(using: &generator) ?? 0
      }
      client = Endpoint(
        IPv4Address(rawValue: ends(.max)), ends(.max),
        TransportProtocol.allCases.randomElement(using: &generator) ?? .tcp)
      serverPort = ends(.max)
      service = ends(UInt16(ServiceIndex.limit - 1))
      backend = ends(UInt16(BackendIndex.limit - 1))
      frontend = ends(UInt8(PortIndex.limit - 1))
      kind = ends(3)
      progress = ends(63)
      tick = ends(0xFF_FFFF)
    }

    init(_ entry: SessionEntry) {
      client = entry.client
      serverPort = entry.serverPort
      service = entry.service.rawValue
      backend = entry.backend.rawValue
      frontend = entry.frontend.rawValue
      kind = entry.kind.rawValue
      progress = entry.progress.rawValue
      tick = entry.lastSeen.rawValue
    }

    var entry: SessionEntry {
      SessionEntry(
        client: client, serverPort: serverPort, service: ServiceIndex(service), backend: BackendIndex(backend),
        frontend: PortIndex(frontend), kind: SessionKind(rawValue: kind), progress: SessionProgress(rawValue: progress),
        now: Tick(rawValue: tick))
    }
  }

  @Test func `an entry is 16 octets, and four of them a cache line`() {
    #expect(MemoryLayout<SessionEntry>.stride == 16)
  }

  @Test func `each field comes back as it went in, whatever the others are`() {
    var generator = TestSeed.generator("session entry")
    for _ in 0..<20000 {
      let fields = Fields(using: &generator)
      #expect(Fields(fields.entry) == fields)
      #expect(!fields.entry.isFree)
    }
  }

  @Test func `a packet changes progress and time, and nothing else`() {
    var generator = TestSeed.generator("session entry, touched")
    for _ in 0..<20000 {
      var fields = Fields(using: &generator)
      let other = Fields(using: &generator)
      let touched = fields.entry.touched(SessionProgress(rawValue: other.progress), at: Tick(rawValue: other.tick))
      fields.progress = other.progress
      fields.tick = other.tick
      #expect(Fields(touched) == fields)
    }
  }

  @Test func `46: a match compares every field that makes a flow, and no other`() {
    var generator = TestSeed.generator("session match")
    for _ in 0..<20000 {
      let fields = Fields(using: &generator)
      var other = Bool.random(using: &generator) ? fields : Fields(using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: other.client = Endpoint(packed: other.client.packed ^ 1 << UInt64.random(in: 16..<32, using: &generator))
      case 1: other.client = Endpoint(packed: other.client.packed ^ 1 << UInt64.random(in: 32..<64, using: &generator))
      case 2: other.serverPort ^= 1 << UInt16.random(in: 0..<16, using: &generator)
      case 3: other.service ^= 1 << UInt16.random(in: 0..<14, using: &generator)
      case 4: other.kind ^= 1 << UInt8.random(in: 0..<2, using: &generator)
      case 5: other.backend ^= 1 << UInt16.random(in: 0..<12, using: &generator)
      case 6: other.tick ^= 1
      default: break
      }
      let request = SessionMatch.request(
        from: fields.client, to: ServiceIndex(fields.service), kind: SessionKind(rawValue: fields.kind))
      #expect(
        request.matches(other.entry)
          == (other.client == fields.client && other.service == fields.service && other.kind == fields.kind))
      let member = Membership(
        service: ServiceIndex(fields.service), backend: BackendIndex(fields.backend), isLast: true)
      #expect(
        SessionMatch.direct(from: fields.client, to: member).matches(other.entry)
          == (other.client == fields.client && other.service == fields.service && other.backend == fields.backend
            && SessionKind(rawValue: other.kind).isDirect))
      #expect(
        SessionMatch.reply(to: fields.client, fromPort: fields.serverPort).matches(other.entry)
          == (other.client == fields.client && other.serverPort == fields.serverPort))
      let claim = EndpointClaim.backend(MembershipIndex(7), fields.client.transport, member)
      #expect(
        SessionMatch.reply(to: fields.client, fromPort: fields.serverPort, of: claim).matches(other.entry)
          == (other.client == fields.client && other.serverPort == fields.serverPort
            && other.service == fields.service && other.backend == fields.backend))
      #expect(
        SessionMatch.request(from: fields.client, of: claim).matches(other.entry)
          == (other.client == fields.client && other.service == fields.service
            && SessionKind(rawValue: other.kind).isDirect))
      let several = EndpointClaim.backends(MembershipIndex(7), fields.client.transport)
      #expect(
        SessionMatch.reply(to: fields.client, fromPort: fields.serverPort, of: several).matches(other.entry)
          == (other.client == fields.client && other.serverPort == fields.serverPort))
    }
  }

  @Test(arguments: [false, true])
  func `46: a service's claim compares what makes a flow, and leads to its backend`(_ isByMAC: Bool) {
    var generator = TestSeed.generator("service's claim")
    for _ in 0..<20000 {
      let fields = Fields(using: &generator)
      var other = Bool.random(using: &generator) ? fields : Fields(using: &generator)
      if Bool.random(using: &generator) { other.kind = 0 }
      if Bool.random(using: &generator) { other.serverPort ^= 1 }
      let first = UInt32.random(in: 0..<EndpointClaim.indexLimit - 4096, using: &generator)
      let claim = EndpointClaim.service(
        ServiceIndex(fields.service), fields.client.transport, first: RecordIndex(first), isByMAC: isByMAC)
      let isSought =
        other.client == fields.client && other.service == fields.service && SessionKind(rawValue: other.kind).isFlow
      #expect(SessionMatch.request(from: fields.client, of: claim).matches(other.entry) == isSought)
      #expect(
        SessionMatch.byMAC(from: fields.client, of: claim, port: fields.serverPort).matches(other.entry)
          == (isSought && other.serverPort == fields.serverPort))
      #expect(claim.record(of: BackendIndex(fields.backend)) == RecordIndex(first + UInt32(fields.backend)))
      let record = Int(first) + Int(fields.backend)
      #expect(claim.recordOffset(of: fields.entry) == record * MemoryLayout<BackendRecord>.stride)
    }
  }

  @Test func `ticks go round after 2^24`() {
    let late = Tick(rawValue: 0xFF_FFFE)
    #expect(late.advanced(by: 5).rawValue == 3)
    #expect(late.advanced(by: 5).since(late) == 5)
    #expect(Tick(rawValue: 3).since(Tick(rawValue: 3)) == 0)
    #expect(Tick(rawValue: 0x100_0001).rawValue == 1)
    // The longest timeout is below half the circle, so that old and new can be told apart.
    #expect(Tick.longestTimeout < 1 << 23)
  }
}
