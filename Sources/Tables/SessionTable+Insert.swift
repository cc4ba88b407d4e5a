import Net

/// What became of an insert.
@frozen
public struct SessionInsertion: Sendable {
  /// Where the entry is now; `.none`: there was no place.
  public var place: SessionPlace
  /// What it took the place of; free if nothing. The caller settles its counts.
  public var evicted: SessionEntry

  @_noLocks @inlinable @inline(__always)
  init(place: SessionPlace, evicted: SessionEntry) {
    self.place = place
    self.evicted = evicted
  }
}

extension SessionTable {
  /// Stores a new entry, whose client endpoint has these buckets.
  ///
  /// Order of places (design decision D3): free or expired; freed by moving one entry, two or three; that of the
  /// unconfirmed session that has idled longest; none. An established session never gives way.
  ///
  /// - Parameter isCrowded: whether the table is fuller than it was made for. Then nobody looks for more than one move,
  ///   which would mostly be in vain and visit forty lines for two, and more than a hundred for three.
  @_noLocks @inlinable
  public func insert(
    _ entry: SessionEntry, into buckets: BucketPair, rules: SessionRules, now: Tick, isCrowded: Bool = false
  ) -> SessionInsertion {
    var place = vacancy(in: buckets.first, rules, now)
    if place.isNone { place = vacancy(in: buckets.second, rules, now) }
    if place.isNone { place = makeRoom(in: buckets, isCrowded: isCrowded) }
    if place.isNone { place = oldestUnconfirmed(in: buckets, now) }
    guard !place.isNone else { return SessionInsertion(place: .none, evicted: .free) }
    let evicted = self[place]
    self[place] = entry
    return SessionInsertion(place: place, evicted: evicted)
  }

  /// A free or expired entry's place.
  @_noLocks @inlinable @inline(__always)
  func vacancy(in bucket: UInt32, _ rules: SessionRules, _ now: Tick) -> SessionPlace {
    for lane in 0..<UInt32(4) {
      let place = SessionPlace(bucket: bucket, lane: lane)
      let entry = self[place]
      if entry.isFree || rules.hasExpired(entry, at: now) { return place }
    }
    return .none
  }

  /// Moves in a row that free a place, at most. With two, one insert in 80 000 fails in a table of ten million flows
  /// that come and go at the design fill; with three, none of ten million does (`sluice-bench --table 10000000`).
  @_noLocks
  static func mostMoves(isCrowded: Bool) -> Int { isCrowded ? 1 : 3 }

  /// Frees a place in one of two full buckets, with as few moves as will do: so no way leads through one bucket twice.
  @_noLocks @usableFromInline
  func makeRoom(in buckets: BucketPair, isCrowded: Bool) -> SessionPlace {
    prefetchOthers(of: buckets.first)
    prefetchOthers(of: buckets.second)
    for moves in 1...Self.mostMoves(isCrowded: isCrowded) {
      var place = move(from: buckets.first, moves: moves)
      if place.isNone { place = move(from: buckets.second, moves: moves) }
      if !place.isNone { return place }
    }
    return .none
  }

  /// Moves one of the bucket's entries to its other bucket, for which that bucket may have to move one of
  /// its own in turn, and returns the place that this leaves. Only free places are moved to: an expired
  /// entry there would have to be settled by the caller, who hears of one entry only.
  @_noLocks
  private func move(from bucket: UInt32, moves: Int) -> SessionPlace {
    for lane in 0..<UInt32(4) {
      let place = SessionPlace(bucket: bucket, lane: lane)
      let entry = self[place]
      let other = otherBucket(of: entry, than: bucket)
      guard other != bucket else { continue }
      var target = freePlace(in: other)
      if target.isNone, moves > 1 {
        prefetchOthers(of: other)
        target = move(from: other, moves: moves &- 1)
      }
      guard !target.isNone else { continue }
      self[target] = entry
      self[place] = .free
      return place
    }
    return .none
  }

  /// Asks for the lines of the other buckets of a bucket's entries, all at once: one after the other each would be
  /// waited for.
  @_noLocks
  private func prefetchOthers(of bucket: UInt32) {
    for lane in 0..<UInt32(4) {
      prefetchBucket(otherBucket(of: self[SessionPlace(bucket: bucket, lane: lane)], than: bucket))
    }
  }

  /// The second of an entry's two buckets, whichever that is; the same again if both are one.
  @_noLocks @inline(__always)
  func otherBucket(of entry: SessionEntry, than bucket: UInt32) -> UInt32 {
    let pair = buckets(for: entry.client)
    return pair.first == bucket ? pair.second : pair.first
  }

  @_noLocks
  func freePlace(in bucket: UInt32) -> SessionPlace {
    for lane in 0..<UInt32(4) {
      let place = SessionPlace(bucket: bucket, lane: lane)
      if self[place].isFree { return place }
    }
    return .none
  }

  /// The unconfirmed session of both buckets that has idled longest.
  @_noLocks @usableFromInline
  func oldestUnconfirmed(in buckets: BucketPair, _ now: Tick) -> SessionPlace {
    var oldest = SessionPlace.none
    var longest: UInt32 = 0
    for index in 0..<UInt32(8) {
      let place = SessionPlace(bucket: index < 4 ? buckets.first : buckets.second, lane: index & 3)
      let entry = self[place]
      guard entry.progress.phase.isUnconfirmed, oldest.isNone || now.since(entry.lastSeen) > longest else { continue }
      oldest = place
      longest = now.since(entry.lastSeen)
    }
    return oldest
  }
}
