import Net
import TestSupport
import Testing

struct AddressTests {
  @Test(arguments: [
    ("0.0.0.0", UInt32(0)), ("255.255.255.255", .max), ("10.0.2.100", 0x0A00_0264), ("203.0.113.10", 0xCB00_710A),
  ])
  func `an IPv4 address is read and printed as dotted quad`(_ text: String, _ value: UInt32) {
    #expect(IPv4Address(text)?.rawValue == value)
    #expect(IPv4Address(rawValue: value).description == text)
  }

  @Test(arguments: [
    "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.999", "01.2.3.4", "1.2.3.00",
    "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "+1.2.3.4", "1.2.3.4/8", "a.b.c.d", "1.2.3.0x4", "1.2.3.4444", "١.2.3.4",
  ])
  func `anything else is no IPv4 address`(_ text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test func `IPv4 octets are in the order in which they are written`() {
    #expect(IPv4Address(10, 0, 1, 2).rawValue == 0x0A00_0102)
    #expect(IPv4Address(9, 255, 255, 255) < IPv4Address(10, 0, 0, 0))
    #expect(!(IPv4Address(10, 0, 0, 0) < IPv4Address(10, 0, 0, 0)))
  }

  @Test func `224 to 239 are multicast`() {
    #expect(IPv4Address(224, 0, 0, 1).isMulticast && IPv4Address(239, 255, 255, 255).isMulticast)
    #expect(!IPv4Address(223, 255, 255, 255).isMulticast && !IPv4Address(240, 0, 0, 0).isMulticast)
  }

  @Test(arguments: [("02:00:00:00:00:0b", UInt64(0x0200_0000_000B)), ("ff:ff:ff:ff:ff:ff", 0xFFFF_FFFF_FFFF)])
  func `a MAC address is read and printed`(_ text: String, _ value: UInt64) {
    #expect(MACAddress(text)?.rawValue == value)
    #expect(MACAddress(text.uppercased())?.rawValue == value)
    #expect(MACAddress(rawValue: value).description == text)
  }

  @Test(arguments: [
    "", "02:00:00:00:00", "02:00:00:00:00:0b:0c", "2:0:0:0:0:b", "02-00-00-00-00-0b", "02:00:00:00:00:0g",
    "02:00:00:00:00:+b", "0200.0000.000b", ":02:00:00:00:00", "002:00:00:00:00:b",
  ])
  func `anything else is no MAC address`(_ text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test func `the group bit is the lowest of the first octet`() {
    #expect(MACAddress(rawValue: 0x0100_5E00_0001).isGroup)
    #expect(!MACAddress(rawValue: 0x0200_0000_0001).isGroup)
    #expect(MACAddress(rawValue: 0).isZero && !MACAddress(rawValue: 1).isZero)
    #expect(MACAddress(rawValue: .max).rawValue == 0xFFFF_FFFF_FFFF)
  }

  @Test func `packed endpoints differ wherever the endpoints do`() {
    var generator = TestSeed.generator("packed endpoints")
    var seen: [UInt64: Endpoint] = [:]
    for _ in 0..<20000 {
      let endpoint = Endpoint(
        IPv4Address(
          rawValue: UInt32.random(in: 0..<64, using: &generator) << UInt32.random(in: 0..<26, using: &generator)),
        .random(in: 0 ... .max, using: &generator),
        TransportProtocol.allCases.randomElement(using: &generator) ?? .tcp)
      #expect(endpoint.packed != 0)
      if let other = seen.updateValue(endpoint, forKey: endpoint.packed) { #expect(other == endpoint) }
    }
  }

  @Test func `endpoints are printed as people write them`() {
    #expect(Endpoint(IPv4Address(10, 0, 2, 100), 8000, .tcp).description == "10.0.2.100:8000 tcp")
    #expect(Endpoint(IPv4Address(10, 0, 2, 100), 0, .icmp).description == "10.0.2.100 icmp")
  }
}
