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
  /// Order of places (design decision D3): free or expired; freed by at most two moves; that of the
  /// unconfirmed session that has idled longest; none. An established session never gives way.
  @_noLocks @inlinable
  public func insert(
    _ entry: SessionEntry, into buckets: BucketPair, rules: SessionRules, now: Tick
  ) -> SessionInsertion {
    var place = vacancy(in: buckets.first, rules, now)
    if place.isNone { place = vacancy(in: buckets.second, rules, now) }
    if place.isNone { place = makeRoom(in: buckets.first, moves: 2, rules, now) }
    if place.isNone { place = makeRoom(in: buckets.second, moves: 2, rules, now) }
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

  /// Moves one of the bucket's entries to its other bucket, for which that bucket may have to move one of
  /// its own in turn, and returns the place that this leaves. Only free places are moved to: an expired
  /// entry there would have to be settled by the caller, who hears of one entry only.
  @_noLocks @usableFromInline
  func makeRoom(in bucket: UInt32, moves: Int, _ rules: SessionRules, _ now: Tick) -> SessionPlace {
    for lane in 0..<UInt32(4) {
      let place = SessionPlace(bucket: bucket, lane: lane)
      let entry = self[place]
      let pair = buckets(for: entry.client)
      let other = pair.first == bucket ? pair.second : pair.first
      guard other != bucket else { continue }
      var target = freePlace(in: other)
      if target.isNone, moves > 1 { target = makeRoom(in: other, moves: moves &- 1, rules, now) }
      guard !target.isNone else { continue }
      self[target] = entry
      self[place] = .free
      return place
    }
    return .none
  }

  @_noLocks @usableFromInline
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
