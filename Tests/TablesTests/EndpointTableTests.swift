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

  @Test(arguments: 0..<5)
  func `19: ten thousand endpoints in a row are found, and nothing else`(_ seed: UInt64) {
    let entries: [(Endpoint, EndpointRole)] = (0..<10000).map { number in
      (
        Self.endpoint(number),
        number % 2 == 0 ? .service(ServiceIndex(UInt16(number))) : .backend(MembershipIndex(UInt32(number) * 400_000))
      )
    }
    let table = EndpointTable(entries, hash: KeyedHash(seed: seed, purpose: 1))
    defer { table.deallocate() }
    for (endpoint, role) in entries { #expect(table.role(of: endpoint) == role) }
    for number in 10000..<20000 { #expect(table.role(of: Self.endpoint(number)) == .nobody) }
  }

  @Test func `an empty table knows nobody`() {
    let table = EndpointTable([], hash: .random())
    defer { table.deallocate() }
    for number in 0..<1000 { #expect(table.role(of: Self.endpoint(number)) == .nobody) }
  }

  @Test func `a later entry replaces an earlier one of the same endpoint`() {
    let table = EndpointTable(
      [(Self.endpoint(1), .service(ServiceIndex(1))), (Self.endpoint(1), .service(ServiceIndex(2)))], hash: .random())
    defer { table.deallocate() }
    #expect(table.role(of: Self.endpoint(1)) == .service(ServiceIndex(2)))
  }
}
