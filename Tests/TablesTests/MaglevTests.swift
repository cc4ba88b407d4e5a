import Net
import TestSupport
import Testing

@testable import Tables

struct MaglevTests {
  static let size = 16381

  /// Backends whose identity is their address, numbered in the order given.
  static func table(_ addresses: [Int], weights: [UInt32]? = nil, size: Int = size, seed: UInt64 = 1) -> [Int] {
    let candidates = addresses.enumerated().map { index, address in
      MaglevPopulation.Candidate(
        index: BackendIndex(UInt16(index)), identity: UInt64(0x0A00_0100 + address) << 16 | 80,
        weight: weights?[index] ?? 1)
    }
    // As addresses, so that tables of different lists can be compared.
    return MaglevPopulation.slots(for: candidates, count: size, hash: KeyedHash(seed: seed, purpose: 1))
      .map { addresses[Int($0.rawValue)] }
  }

  static func shares(_ table: [Int]) -> [Int: Int] { table.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

  /// Share of the slots that differ, in percent, rounded to two places.
  static func percent(_ part: Int, of whole: Int) -> Double { (Double(part) / Double(whole) * 10000).rounded() / 100 }

  @Test func `35: the order of the list does not matter, with weights either`() {
    var generator = TestSeed.generator("Maglev order")
    let addresses = Array(1...40)
    let weights = addresses.map { UInt32($0 % 7 + 1) }
    let first = Self.table(addresses, weights: weights)
    for _ in 0..<5 {
      let order = addresses.indices.shuffled(using: &generator)
      #expect(Self.table(order.map { addresses[$0] }, weights: order.map { weights[$0] }) == first)
    }
  }

  @Test func `36: two seeds give two tables`() {
    let tables = (1...2).map { Self.table(Array(1...10), seed: $0) }
    let same = zip(tables[0], tables[1]).filter { $0 == $1 }.count
    // One in ten by chance.
    #expect(abs(Self.percent(same, of: Self.size) - 10) < 1.5)
  }

  struct Shares: CustomTestStringConvertible {
    var weights: [UInt32]
    var testDescription: String { weights.map { "\($0)" }.joined(separator: ":") }
  }

  @Test(arguments: [[10, 5], [10, 100, 1], [1000, 1], [20, 30, 20], [1, 1, 1], [7]].map { Shares(weights: $0) })
  func `29, 30: each backend has its share of the slots, to the slot`(_ shares: Shares) {
    let found = Self.shares(Self.table(Array(shares.weights.indices), weights: shares.weights))
    let total = shares.weights.reduce(0, +)
    for (index, weight) in shares.weights.enumerated() {
      let ideal = Double(weight) * Double(Self.size) / Double(total)
      #expect(abs(Double(found[index] ?? 0) - ideal) < 1)
    }
  }

  @Test func `30: a share below one slot is one slot, and nobody is left out`() {
    let weights = [UInt32](repeating: 1, count: 50) + [UInt32](repeating: 1_000_000, count: 3)
    let found = Self.shares(Self.table(Array(weights.indices), weights: weights, size: 251))
    #expect((0..<50).allSatisfy { found[$0] == 1 })
    #expect((50..<53).allSatisfy { (66...68).contains(found[$0] ?? 0) })
    let full = Self.shares(Self.table(Array(0..<251), size: 251))
    #expect(full.count == 251)
  }

  @Test(.timeLimit(.minutes(1)))
  func `30: a table of the lightest and the heaviest weights there can be is made at once`() {
    let weights = [UInt32](repeating: 1, count: 50) + [.max]
    #expect(Self.shares(Self.table(Array(weights.indices), weights: weights, size: 251))[50] == 201)
  }

  @Test func `30: the largest weights there can be do not overflow`() {
    let found = Self.shares(Self.table([1, 2], weights: [.max, .max / 2 + 1]))
    #expect(abs((found[1] ?? 0) - 2 * (found[2] ?? 0)) < 3)
  }

  @Test func `34: the 11th of equal servers takes its share and little else moves`() {
    var worst = (added: 0.0, removed: 0.0)
    for seed in 1...5 {
      let ten = Self.table(Array(1...10), seed: UInt64(seed))
      let eleven = Self.table(Array(1...11), seed: UInt64(seed))
      let moved = zip(ten, eleven).filter { $0 != $1 }.count
      let movedOfOthers = zip(eleven, ten).filter { $0 != 11 && $0 != $1 }.count
      worst.added = max(worst.added, Self.percent(moved, of: Self.size))
      worst.removed = max(
        worst.removed, Self.percent(movedOfOthers, of: Self.size - (Self.shares(eleven)[11] ?? 0)))
    }
    print(
      "Maglev, 10 to 11 servers: \(worst.added) % of keys move (ideal 9.09); 11 to 10: \(worst.removed) % of the others'"
    )
    #expect(worst.added < 12)
    #expect(worst.removed < 2)
  }

  @Test(arguments: [UInt64(1), 2])
  func `34: from 163 to 164 servers at one size a few percent move`(_ seed: UInt64) {
    let before = Self.table(Array(1...163), seed: seed)
    let after = Self.table(Array(1...164), seed: seed)
    let moved = Self.percent(zip(before, after).filter { $0 != $1 }.count, of: Self.size)
    print("Maglev, 163 to 164 servers, \(Self.size) slots: \(moved) % of keys move (ideal 0.61)")
    #expect(moved < 4)
  }

  @Test func `34: a weight that doubles takes what it is due and moves little else`() {
    let before = Self.table(Array(1...10))
    let after = Self.table(Array(1...10), weights: [2] + [UInt32](repeating: 1, count: 9))
    let others = zip(before, after).filter { $0 != $1 && $1 != 1 }.count
    print("Maglev, weight 1 to 2 of ten: \(Self.percent(others, of: Self.size)) % of keys move between the others")
    #expect(Self.percent(others, of: Self.size) < 4)
  }

  @Test func `19: a thousand backends share a table evenly`() {
    let found = Self.shares(Self.table(Array(0..<1024), size: 131_071))
    #expect(found.count == 1024)
    #expect(found.values.allSatisfy { $0 == 127 || $0 == 128 })
  }

  @Test func `19: 4096 backends fit into the smallest table`() {
    let found = Self.shares(Self.table(Array(0..<BackendIndex.limit)))
    #expect(found.count == BackendIndex.limit)
    #expect(found.values.allSatisfy { $0 == 3 || $0 == 4 })
  }

  @Test func `29: keys follow the slots`() {
    let table = MaglevTable(Self.table([0, 1], weights: [2, 1]).map { BackendIndex(UInt16($0)) })
    defer { table.deallocate() }
    var generator = SplitMix64(state: 4)
    let first = (0..<100_000).filter { _ in table.backend(for: generator.next()).rawValue == 0 }.count
    #expect(abs(Double(first) / 100_000 - 2.0 / 3) < 0.01)
  }
}
