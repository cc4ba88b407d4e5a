import EAL
import Net
import Packet
import Tables

/// The datagrams in fragments of the clients whose addresses one worker owns: what their first fragments said, which
/// octets have come, and the fragments that came before the first (design decision D9).
///
/// Its memory is allocated at start. Datagrams of one client are in one bucket's list, so that looking for one also
/// counts the client's; a list by age says which are due.
@safe
struct FragmentTracker: ~Copyable {
  /// Ranges that a datagram may have: gaps that it may have, and one more.
  static var rangesPerDatagram: Int { @_noLocks get { 8 } }

  let limits: FragmentLimits
  private let hash: KeyedHash
  private let datagrams: UnsafeMutablePointer<FragmentedDatagram>
  private let buckets: UnsafeMutablePointer<FragmentPlace>
  let ranges: UnsafeMutablePointer<FragmentRange>
  let waiting: UnsafeMutablePointer<HeldFragment>
  private var freeDatagram = FragmentPlace.none
  var freeWaiting = FragmentPlace.none
  /// Of those in use; none if nobody sends fragments.
  private(set) var oldest = FragmentPlace.none
  private var newest = FragmentPlace.none
  // Places that were never used come after the free ones.
  private var untouched: UInt32 = 0
  var untouchedWaiting: UInt32 = 0

  /// - Parameter hash: spreads clients over the buckets; its key should be known to nobody.
  init(_ limits: FragmentLimits, hash: KeyedHash) {
    self.limits = limits
    self.hash = hash
    unsafe datagrams = .allocate(capacity: limits.datagrams)
    unsafe buckets = .allocate(capacity: limits.datagrams)
    unsafe buckets.initialize(repeating: .none, count: limits.datagrams)
    unsafe ranges = .allocate(capacity: limits.datagrams * Self.rangesPerDatagram)
    unsafe waiting = .allocate(capacity: limits.held)
  }

  /// Fragments that still wait are freed.
  deinit {
    var place = oldest
    while !place.isNone {
      let datagram = unsafe datagrams[Int(place.rawValue)]
      var held = datagram.firstHeld
      while !held.isNone {
        unsafe waiting[Int(held.rawValue)].mbuf.free()
        unsafe held = waiting[Int(held.rawValue)].next
      }
      place = datagram.newer
    }
    unsafe datagrams.deallocate()
    unsafe buckets.deallocate()
    unsafe ranges.deallocate()
    unsafe waiting.deallocate()
  }

  /// A datagram in use.
  subscript(place: FragmentPlace) -> FragmentedDatagram {
    // Places come from `open`, which gives those below the limit.
    @_noLocks get { unsafe datagrams[Int(place.rawValue)] }
    @_noLocks nonmutating set { unsafe datagrams[Int(place.rawValue)] = newValue }
  }

  /// The datagram of a key, or none.
  @_noLocks
  func find(_ key: FragmentKey) -> FragmentPlace {
    var place = unsafe buckets[bucket(of: key.client)]
    while !place.isNone, !self[place].key.isSame(as: key) { place = self[place].next }
    return place
  }

  /// Datagrams of one client, and its fragments that wait.
  @_noLocks
  func load(of client: IPv4Address) -> (datagrams: Int, held: Int) {
    var load = (datagrams: 0, held: 0)
    var place = unsafe buckets[bucket(of: client)]
    while !place.isNone {
      let datagram = self[place]
      if datagram.key.client.rawValue == client.rawValue {
        load.datagrams &+= 1
        load.held &+= Int(datagram.heldCount)
      }
      place = datagram.next
    }
    return load
  }

  /// Whose place a client's next datagram takes when it has as many as it may: its oldest without a first fragment,
  /// since a forger has more of those than an honest sender; else its oldest.
  @_noLocks
  func yielding(of client: IPv4Address) -> FragmentPlace {
    var (headless, any) = (FragmentPlace.none, FragmentPlace.none)
    var place = unsafe buckets[bucket(of: client)]
    // The newest first.
    while !place.isNone {
      let datagram = self[place]
      if datagram.key.client.rawValue == client.rawValue {
        any = place
        if datagram.state.isHeadless { headless = place }
      }
      place = datagram.next
    }
    return headless.isNone ? any : headless
  }

  /// A client's oldest datagram but one with fragments that wait, or none.
  @_noLocks
  func oldestHolding(of client: IPv4Address, but own: FragmentPlace) -> FragmentPlace {
    var oldest = FragmentPlace.none
    var place = unsafe buckets[bucket(of: client)]
    while !place.isNone {
      let datagram = self[place]
      if datagram.heldCount > 0, datagram.key.client.rawValue == client.rawValue, place.rawValue != own.rawValue {
        oldest = place
      }
      place = datagram.next
    }
    return oldest
  }

  /// The oldest datagram of all but one with fragments that wait; none if it is not among the 256 oldest.
  @_noLocks
  func oldestHolding(but own: FragmentPlace) -> FragmentPlace {
    var place = oldest
    var left = 256
    while left > 0, !place.isNone {
      let datagram = self[place]
      if datagram.heldCount > 0, place.rawValue != own.rawValue { return place }
      place = datagram.newer
      left &-= 1
    }
    return .none
  }

  /// Whether every place is taken.
  var isFull: Bool { @_noLocks get { freeDatagram.isNone && Int(untouched) == limits.datagrams } }

  /// Whether a datagram's time is over.
  @_noLocks
  func isDue(_ place: FragmentPlace, at now: Tick) -> Bool { now.since(self[place].began) > limits.timeout }

  /// Begins to follow a datagram. Not when `isFull`.
  @_noLocks
  mutating func open(_ key: FragmentKey, at now: Tick) -> FragmentPlace {
    var place = freeDatagram
    if place.isNone {
      place = FragmentPlace(untouched)
      untouched &+= 1
    } else {
      freeDatagram = self[place].next
    }
    let bucket = bucket(of: key.client)
    var datagram = FragmentedDatagram(key, at: now)
    datagram.next = unsafe buckets[bucket]
    datagram.older = newest
    self[place] = datagram
    unsafe buckets[bucket] = place
    if newest.isNone { oldest = place } else { self[newest].newer = place }
    newest = place
    return place
  }

  /// Forgets a datagram, none of whose fragments waits any more.
  @_noLocks
  mutating func close(_ place: FragmentPlace) {
    let datagram = self[place]
    let bucket = bucket(of: datagram.key.client)
    if unsafe buckets[bucket].rawValue == place.rawValue {
      unsafe buckets[bucket] = datagram.next
    } else {
      var before = unsafe buckets[bucket]
      while self[before].next.rawValue != place.rawValue { before = self[before].next }
      self[before].next = datagram.next
    }
    if datagram.older.isNone { oldest = datagram.newer } else { self[datagram.older].newer = datagram.newer }
    if datagram.newer.isNone { newest = datagram.older } else { self[datagram.newer].older = datagram.older }
    self[place].next = freeDatagram
    freeDatagram = place
  }

  @_noLocks
  private func bucket(of client: IPv4Address) -> Int {
    let word = UInt32(truncatingIfNeeded: hash(UInt64(client.rawValue)))
    return Int(reduce(word, below: UInt32(truncatingIfNeeded: limits.datagrams)))
  }
}
