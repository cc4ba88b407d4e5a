import Net
import TestSupport
import Testing

@testable import Tables

struct EndpointTableTests {
  static func endpoint(_ number: Int) -> Endpoint {
    let transport = TransportProtocol.allCases[number % 3]
    return Endpoint(
      IPv4Address(rawValue: 0x0A00_0000 + UInt32(number / 6)), UInt16(8000 + number % 2), transport)
  }

  static func claim(_ number: Int) -> EndpointClaim {
    switch number % 3 {
    case 0: .service(ServiceIndex(UInt16(number)), .tcp, first: RecordIndex(UInt32(number) * 20_000))
    case 1: .backends(MembershipIndex(UInt32(number) * 20_000), .udp)
    default:
      .backend(
        MembershipIndex(UInt32(number) * 20_000), .icmp,
        Membership(service: ServiceIndex(UInt16(number)), backend: BackendIndex(UInt16(number % 4096)), isLast: true))
    }
  }

  @Test(arguments: 0..<5)
  func `19: ten thousand endpoints in a row are found, and nothing else`(_ seed: UInt64) {
    let entries = (0..<10000).map { (Self.endpoint($0), Self.claim($0)) }
    let table = EndpointTable(entries, hash: KeyedHash(seed: seed, purpose: 1))
    defer { table.deallocate() }
    for (endpoint, claim) in entries { #expect(table.claim(of: endpoint) == claim) }
    for number in 10000..<20000 { #expect(table.claim(of: Self.endpoint(number)).isNobody) }
  }

  @Test(arguments: 0..<20)
  func `a search is short, whatever the factor`(_ seed: UInt64) {
    // Ports in a row of addresses in a row: what one multiplication is worst at.
    let entries = (0..<50000).map { number in
      let address = IPv4Address(rawValue: 0x0A00_0000 + UInt32(number >> 4))
      return (Endpoint(address, UInt16(80 + number & 15), .tcp), Self.claim(0))
    }
    let table = EndpointTable(entries, hash: KeyedHash(seed: seed, purpose: 1))
    defer { table.deallocate() }
    #expect(table.longestRun <= 24)
  }

  @Test func `an empty table knows nobody`() {
    let table = EndpointTable([], hash: .random())
    defer { table.deallocate() }
    for number in 0..<1000 { #expect(table.claim(of: Self.endpoint(number)).isNobody) }
  }

  @Test func `a later entry replaces an earlier one of the same endpoint`() {
    let table = EndpointTable(
      [(Self.endpoint(1), Self.claim(1)), (Self.endpoint(1), Self.claim(2))], hash: .random())
    defer { table.deallocate() }
    #expect(table.claim(of: Self.endpoint(1)) == Self.claim(2))
  }

  @Test func `a claim says whose the endpoint is, and where the backends are`() {
    let service = EndpointClaim.service(ServiceIndex(0x3FFF), .udp, first: RecordIndex(1 << 20))
    #expect(service.isTranslated && !service.isByMAC)
    #expect(service.isService && !service.isBackend && !service.isOneBackend && !service.isNobody)
    #expect(service.service == ServiceIndex(0x3FFF))
    #expect(service.record(of: BackendIndex(0xFFF)) == RecordIndex(1 << 20 + 0xFFF))
    let direct = EndpointClaim.service(ServiceIndex(0x3FFF), .udp, first: RecordIndex(1 << 20), isByMAC: true)
    #expect(direct.isByMAC && direct.isService && !direct.isTranslated && !direct.isBackend && !direct.isNobody)
    #expect(direct.service == ServiceIndex(0x3FFF))
    let member = Membership(service: ServiceIndex(0x3FFF), backend: BackendIndex(0xFFF), isLast: true)
    let last = MembershipIndex(EndpointClaim.indexLimit - 1)
    let one = EndpointClaim.backend(last, .tcp, member)
    #expect(one.isBackend && one.isOneBackend && !one.isService && !one.isNobody)
    #expect(one.service == ServiceIndex(0x3FFF) && one.membership == last)
    let several = EndpointClaim.backends(MembershipIndex(0), .tcp)
    #expect(several.isBackend && !several.isOneBackend && !several.isService && !several.isNobody)
    #expect(EndpointClaim.nobody.isNobody && !EndpointClaim.nobody.isBackend)
  }
}
