import Net
import TestSupport
import Testing

struct KeyedHashTests {
  /// Client populations that are not random at all.
  static let populations: [(name: String, words: [UInt64])] = [
    ("the ports of one client", (0..<65536).map { word(0x0A00_0001, $0) }),
    ("addresses in a row, one port", (0..<65536).map { word(0x0A00_0000 + $0, 40000) }),
    ("256 addresses by 256 ports", (0..<65536).map { word(0x0A00_0000 + $0 >> 8, $0 & 255) }),
    ("addresses 256 apart", (0..<65536).map { word($0 << 8, 40000) }),
    ("addresses 65536 apart", (0..<65536).map { word($0 << 16, 40000) }),
    ("every sixteenth port of 16 clients", (0..<65536).map { word(0xC0A8_0000 + $0 & 15, $0 & 0xFFF0) }),
  ]

  static func word(_ address: UInt32, _ port: UInt32) -> UInt64 {
    Endpoint(IPv4Address(rawValue: address), UInt16(truncatingIfNeeded: port), .tcp).packed
  }

  /// Deviations from uniform, in standard deviations: of the low half's buckets, of the high half's, and of both
  /// together on a 31 by 31 grid.
  static func deviations(of words: [UInt64], _ hash: KeyedHash) -> [Double] {
    var low = [Int](repeating: 0, count: 1021)
    var high = low
    var grid = [Int](repeating: 0, count: 31 * 31)
    for word in words {
      let value = hash(word)
      let first = UInt32(truncatingIfNeeded: value)
      let second = UInt32(truncatingIfNeeded: value >> 32)
      low[Int(reduce(first, below: 1021))] += 1
      high[Int(reduce(second, below: 1021))] += 1
      grid[Int(reduce(first, below: 31) * 31 + reduce(second, below: 31))] += 1
    }
    return [low, high, grid].map(ChiSquare.deviation)
  }

  @Test(arguments: populations.indices)
  func `46: clients in a row spread over the buckets as random ones do, with any key`(_ index: Int) {
    let (name, words) = Self.populations[index]
    var worst = [0.0, 0.0, 0.0]
    for key in 0..<25 {
      let found = Self.deviations(of: words, KeyedHash(seed: UInt64(key), purpose: 7))
      worst = zip(worst, found).map { max($0, $1) }
    }
    print("\(name): low half, high half, both: at most \(worst.map { ($0 * 10).rounded() / 10 }) sigma, 25 keys")
    // Of 75 random figures the largest is about 2.5; one round of the hash gave hundreds.
    #expect(worst.allSatisfy { $0 < 6 })
  }

  @Test func `36: another key gives another hash`() {
    let first = KeyedHash(seed: 1, purpose: 1)
    let same = KeyedHash(seed: 1, purpose: 1)
    let seeds = KeyedHash(seed: 2, purpose: 1)
    let purposes = KeyedHash(seed: 1, purpose: 2)
    let words = (0..<1000).map { UInt64($0) << 8 }
    #expect(words.allSatisfy { first($0) == same($0) })
    #expect(words.allSatisfy { first($0) != seeds($0) && first($0) != purposes($0) })
    #expect(words.allSatisfy { KeyedHash.random()($0) != KeyedHash.random()($0) })
  }

  @Test(arguments: 0..<20)
  func `two keys as tweaks give functions that have nothing in common`(_ seed: UInt64) {
    let hash = KeyedHash(seed: seed, purpose: 1)
    let (one, other) = (hash(77), hash(78))
    var grid = [Int](repeating: 0, count: 256)
    for index in 0..<65536 {
      let word = Self.word(0x0A00_0000, UInt32(index))
      let first = reduce(UInt32(hash(word, tweak: one) >> 32), below: 16)
      grid[Int(first * 16 + reduce(UInt32(hash(word, tweak: other) >> 32), below: 16))] += 1
    }
    #expect(ChiSquare.deviation(of: grid) < 6)
  }

  @Test func `flipping any one bit of the input flips about half of the output`() {
    let hash = KeyedHash(seed: 4, purpose: 1)
    var generator = SplitMix64(state: 9)
    for bit in 0..<56 {
      var flipped = 0
      for _ in 0..<500 {
        let word = generator.next()
        flipped += (hash(word) ^ hash(word ^ 1 << UInt64(bit))).nonzeroBitCount
      }
      #expect((30.0...34.0).contains(Double(flipped) / 500), "bit \(bit)")
    }
  }

  @Test func `reduce stays below any count and reaches both ends`() {
    for count: UInt32 in [1, 2, 3, 1021, 16381, .max] {
      #expect(reduce(0, below: count) == 0)
      #expect(reduce(.max, below: count) == count - 1)
    }
    #expect(reduce(.max, below: 0) == 0)
  }

  @Test func `SplitMix64 gives the numbers of its reference implementation`() {
    // Vigna's splitmix64.c, seed 1234567.
    var generator = SplitMix64(state: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }
}
