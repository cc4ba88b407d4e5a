import Net
import TestSupport
import Testing

struct ChecksumDeltaTests {
  /// The checksum of some octets as it lies in memory.
  static func field(_ octets: [UInt8]) -> UInt16 { Checksums.internet(octets).bigEndian }

  static func octets(_ address: IPv4Address, _ port: UInt16) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: address.rawValue >> UInt32(24 - $0 * 8)) }
      + [UInt8(port >> 8), UInt8(port & 255)]
  }

  /// Two checksum fields that every receiver takes for the same: 0 and all ones are both zero.
  static func isSame(_ a: UInt16, _ b: UInt16) -> Bool { a == b || [a, b].allSatisfy { $0 == 0 || $0 == .max } }

  @Test func `15: a delta gives the checksum that counting from zero gives`() {
    var generator = TestSeed.generator("checksum deltas")
    for _ in 0..<20000 {
      let values: [UInt32] = [0, 1, 0xFFFF, 0xFFFF_0000, .max]
      func address() -> IPv4Address {
        let special = Bool.random(using: &generator) ? values.randomElement(using: &generator) : nil
        return IPv4Address(rawValue: special ?? .random(in: 0 ... .max, using: &generator))
      }
      func port() -> UInt16 {
        [0, 1, .max, .random(in: 0 ... .max, using: &generator)].randomElement(using: &generator) ?? 0
      }
      let rest = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) } + [1, 1]
      let (oldAddress, newAddress, oldPort, newPort) = (address(), address(), port(), port())
      let delta = ChecksumDelta(from: oldAddress, to: newAddress) + ChecksumDelta(from: oldPort, to: newPort)
      let old = Self.field(rest + Self.octets(oldAddress, oldPort))
      let new = Self.field(rest + Self.octets(newAddress, newPort))
      #expect(Self.isSame(delta.applied(to: old), new))
      #expect(Self.isSame(delta.inverse.applied(to: delta.applied(to: old)), old))
    }
  }

  @Test func `no change changes nothing, whatever the checksum`() {
    for checksum in UInt16.min ... .max {
      #expect(Self.isSame(ChecksumDelta.zero.applied(to: checksum), checksum))
      #expect(Self.isSame(ChecksumDelta.zero.inverse.applied(to: checksum), checksum))
    }
  }

  @Test func `carries are folded back, of up to 65536 words`() {
    #expect(ChecksumDelta.fold(0) == 0)
    #expect(ChecksumDelta.fold(0xFFFF) == 0xFFFF)
    #expect(ChecksumDelta.fold(0x1_0000) == 1)
    #expect(ChecksumDelta.fold(0xFFFF &* 0x1_0000) == 0xFFFF)
    #expect(ChecksumDelta.fold(.max) == 0xFFFF)
  }
}
