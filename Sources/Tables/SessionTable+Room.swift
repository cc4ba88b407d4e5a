import Net

extension SessionTable {
  /// Whether `insert` would find a place. Nothing moves.
  @_noLocks
  public func hasRoom(in buckets: BucketPair, rules: SessionRules, now: Tick, isCrowded: Bool) -> Bool {
    let moves = Self.mostMoves(isCrowded: isCrowded)
    return !vacancy(in: buckets.first, rules, now).isNone || !vacancy(in: buckets.second, rules, now).isNone
      || canMakeRoom(in: buckets.first, moves: moves) || canMakeRoom(in: buckets.second, moves: moves)
      || !oldestUnconfirmed(in: buckets, now).isNone
  }

  /// Whether `makeRoom` would.
  @_noLocks
  private func canMakeRoom(in bucket: UInt32, moves: Int) -> Bool {
    for lane in 0..<UInt32(4) {
      let other = otherBucket(of: self[SessionPlace(bucket: bucket, lane: lane)], than: bucket)
      guard other != bucket else { continue }
      if !freePlace(in: other).isNone || moves > 1 && canMakeRoom(in: other, moves: moves &- 1) { return true }
    }
    return false
  }
}
