import Net
import TestSupport
import Testing

@testable import Dataplane

struct ToeplitzTests {
  /// The key of Microsoft's "Verifying the RSS Hash Calculation".
  static let key: [UInt8] = [
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b,
    0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac,
    0x01, 0xfa,
  ]

  /// The published vectors for IPv4: destination, source, the hash of both addresses and ports, and of the addresses.
  static let vectors: [(destination: (String, UInt16), source: (String, UInt16), ports: UInt32, addresses: UInt32)] = [
    (("161.142.100.80", 1766), ("66.9.149.187", 2794), 0x51cc_c178, 0x323e_8fc2),
    (("65.69.140.83", 4739), ("199.92.111.2", 14230), 0xc626_b0ea, 0xd718_262a),
    (("12.22.207.184", 38024), ("24.19.198.95", 12898), 0x5c2b_394a, 0xd2d0_a5de),
    (("209.142.163.6", 2217), ("38.27.205.30", 48228), 0xafc7_327f, 0x8298_9176),
    (("202.188.127.2", 1303), ("153.39.163.191", 44251), 0x10e8_28a2, 0x5d18_09c5),
  ]

  /// The specification's own loop: for each input bit that is set, the key's 32 bits from there on.
  static func slow(_ input: [UInt8], _ key: [UInt8]) -> UInt32 {
    var result: UInt32 = 0
    for bit in 0..<input.count * 8 where input[bit / 8] >> (7 - bit % 8) & 1 == 1 {
      var window: UInt32 = 0
      for place in bit..<bit + 32 { window = window << 1 | UInt32(key[place / 8] >> (7 - place % 8) & 1) }
      result ^= window
    }
    return result
  }

  static func octets(_ address: IPv4Address, _ port: UInt16? = nil) -> [UInt8] {
    address.octets + (port.map { [UInt8($0 >> 8), UInt8($0 & 255)] } ?? [])
  }

  @Test(arguments: vectors.indices)
  func `92: the hash is that of Microsoft's published vectors`(_ index: Int) throws {
    let vector = Self.vectors[index]
    let source = try #require(IPv4Address(vector.source.0))
    let destination = try #require(IPv4Address(vector.destination.0))
    // The hash of an input is the sum of its parts' hashes under the key from each part's place on: the source
    // address at 0, the destination address and source port at 4, the destination port at 10.
    let parts = [0, 4, 10].map { Toeplitz.create(key: Array(Self.key[$0...]), redirection: [WorkerIndex(0)]) }
    defer { for part in parts { part.destroy() } }
    let first = parts[0].hash(address: source, port: 0, withPort: false)
    let addresses = first ^ parts[1].hash(address: destination, port: 0, withPort: false)
    let all =
      first ^ parts[1].hash(address: destination, port: vector.source.1, withPort: true)
      ^ parts[2].hash(address: IPv4Address(rawValue: UInt32(vector.destination.1) << 16), port: 0, withPort: false)
    #expect(addresses == vector.addresses)
    #expect(all == vector.ports)
    // And so the slow loop may speak for inputs of which nobody has published the hash.
    let input = Self.octets(source) + Self.octets(destination)
    #expect(Self.slow(input, Self.key) == vector.addresses)
  }

  @Test func `92: one end alone hashes as the specification's loop does`() {
    var generator = TestSeed.generator("Toeplitz")
    for _ in 0..<20 {
      let key = (0..<52).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let toeplitz = Toeplitz.create(key: key, redirection: [WorkerIndex(0)])
      defer { toeplitz.destroy() }
      for _ in 0..<50 {
        let address = IPv4Address(rawValue: .random(in: 0 ... .max, using: &generator))
        let port = UInt16.random(in: 0 ... .max, using: &generator)
        #expect(
          toeplitz.hash(address: address, port: port, withPort: true) == Self.slow(Self.octets(address, port), key))
        #expect(toeplitz.hash(address: address, port: port, withPort: false) == Self.slow(Self.octets(address), key))
      }
    }
  }

  @Test func `92: a key that does not cover its input, and a table that is no power of two, are faults of ours`() async
  {
    await #expect(processExitsWith: .failure) {
      _ = Toeplitz.create(key: [UInt8](repeating: 1, count: 9), redirection: [WorkerIndex(0)])
    }
    await #expect(processExitsWith: .failure) {
      _ = Toeplitz.create(key: [UInt8](repeating: 1, count: 40), redirection: [0, 1, 2].map { WorkerIndex($0) })
    }
  }
}
