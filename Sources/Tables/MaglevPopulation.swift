import Net

/// Fills Maglev tables.
///
/// Each backend walks the slots in an order of its own, drawn from the keyed hash of its identity, and the
/// backends take turns in proportion to their weights, each until it has its exact share. Neither
/// the order of the list nor indices play a part, so the same set gives the same table everywhere.
public struct MaglevPopulation {
  /// A backend that takes new sessions.
  public struct Candidate: Equatable, Sendable {
    public var index: BackendIndex
    /// What the backend is everywhere, such as its packed endpoint; distinct within a service.
    public var identity: UInt64
    /// Above 0.
    public var weight: UInt32

    public init(index: BackendIndex, identity: UInt64, weight: UInt32) {
      self.index = index
      self.identity = identity
      self.weight = weight
    }
  }

  private struct Walk {
    var index: BackendIndex
    var position: Int
    var step: Int
    var remaining: Int
    var weight: UInt64
    var credit: UInt64
  }

  /// The backend of each slot.
  ///
  /// - Parameters:
  ///   - candidates: at most as many as slots.
  ///   - count: slots, a prime, so that every step visits all of them.
  ///   - hash: the key that instances share.
  public static func slots(for candidates: [Candidate], count: Int, hash: KeyedHash) -> [BackendIndex] {
    guard !candidates.isEmpty else { return [] }
    precondition(candidates.count <= count, "the configuration refuses more backends than slots")
    var walks = walks(of: candidates, count: count, hash: hash)
    let unclaimed = BackendIndex(.max)
    var slots = [BackendIndex](repeating: unclaimed, count: count)
    var free = count
    while free > 0 {
      // Of those that still want slots: when the heavy ones have theirs, the light need not wait as long.
      let heaviest = walks.reduce(1) { $1.remaining > 0 ? max($0, $1.weight) : $0 }
      for walk in walks.indices where walks[walk].remaining > 0 {
        walks[walk].credit += walks[walk].weight
        guard walks[walk].credit >= heaviest else { continue }
        walks[walk].credit -= heaviest
        walks[walk].remaining -= 1
        while slots[walks[walk].position] != unclaimed { advance(&walks[walk], count) }
        slots[walks[walk].position] = walks[walk].index
        free -= 1
      }
    }
    return slots
  }

  // Far apart, since near tweaks give hashes that have something in common: a walk's step would follow from
  // its start, and walks that begin side by side would stay so.
  private static let startTweak: UInt64 = 0x243F_6A88_85A3_08D3
  private static let stepTweak: UInt64 = 0x1319_8A2E_0370_7344

  private static func advance(_ walk: inout Walk, _ count: Int) {
    walk.position += walk.step
    if walk.position >= count { walk.position -= count }
  }

  /// The walks in an order that only identities decide.
  private static func walks(of candidates: [Candidate], count: Int, hash: KeyedHash) -> [Walk] {
    let ordered = candidates.map { ($0, hash($0.identity, tweak: startTweak)) }.sorted { $0.1 < $1.1 }
    let shares = shares(of: ordered.map(\.0.weight), count: count)
    return zip(ordered, shares).map { entry, share in
      let (candidate, order) = entry
      let skip = hash(candidate.identity, tweak: stepTweak)
      return Walk(
        index: candidate.index,
        position: Int(reduce(UInt32(truncatingIfNeeded: order >> 32), below: UInt32(count))),
        step: 1 + Int(reduce(UInt32(truncatingIfNeeded: skip >> 32), below: UInt32(count - 1))),
        remaining: share, weight: UInt64(candidate.weight), credit: 0)
    }
  }

  /// Slots for each weight: at least one, in proportion, by largest remainder.
  static func shares(of weights: [UInt32], count: Int) -> [Int] {
    let total = weights.reduce(UInt64(0)) { $0 + UInt64($1) }
    var shares = weights.map { max(1, Int(UInt64($0) * UInt64(count) / total)) }
    // By falling remainder; ties in the given order, which is the same everywhere.
    let order = weights.indices.sorted { left, right in
      let l = UInt64(weights[left]) * UInt64(count) % total
      let r = UInt64(weights[right]) * UInt64(count) % total
      return l == r ? left < right : l > r
    }
    var missing = count - shares.reduce(0, +)
    for index in order where missing > 0 {
      shares[index] += 1
      missing -= 1
    }
    // Rounding the smallest up to one slot may have taken too many: the largest give them back.
    while missing < 0, let largest = shares.indices.max(by: { shares[$0] < shares[$1] }) {
      shares[largest] -= 1
      missing += 1
    }
    return shares
  }
}
