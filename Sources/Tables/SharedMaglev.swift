import Net

/// A service's Maglev table and its memory; shared by all generations in which the pool is the same, and
/// freed with the last of them.
@safe
final class SharedMaglev: @unchecked Sendable {
  let table: MaglevTable
  /// Slots of each backend, by `BackendIndex`.
  let shares: [Int]
  private let candidates: [MaglevPopulation.Candidate]
  private let slotCount: Int

  /// Takes the time that populating takes.
  init(_ candidates: [MaglevPopulation.Candidate], slotCount: Int, hash: KeyedHash) {
    self.candidates = candidates
    self.slotCount = slotCount
    let population = MaglevPopulation.slots(for: candidates, count: slotCount, hash: hash)
    table = MaglevTable(population)
    var shares = [Int](repeating: 0, count: (candidates.map { Int($0.index.rawValue) }.max() ?? -1) + 1)
    for backend in population { shares[Int(backend.rawValue)] += 1 }
    self.shares = shares
  }

  deinit { table.deallocate() }

  /// Whether it is what `init` would make of these. The hash is the instance's, and never changes.
  func isMade(of candidates: [MaglevPopulation.Candidate], slotCount: Int) -> Bool {
    self.slotCount == slotCount && self.candidates == candidates
  }
}
