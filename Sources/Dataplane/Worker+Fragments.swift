import Counters
import EAL
import Net
import Packet
import Tables

/// Fragments as they come from the wire, at the owner of their client's address, who learns the ports from the first of
/// a datagram and labels the others (design decision D9, behaviours 59 and 60).
extension Worker {
  /// A fragment without a label: to whoever follows its datagram.
  @_noLocks
  mutating func fragment(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let header = unsafe FrameParser.fragment(frame.pointee.data, frame.pointee.parsed)
    let mbuf = unsafe frame.pointee.mbuf
    guard unsafe isFollowed(header, fromClients: fromClients, tables) else {
      return unsafe unmatched(mbuf, .fragment, tables)
    }
    let key = FragmentKey(header, isFromClient: fromClients)
    let owner = owner.owner(of: Endpoint(key.client, 0, .icmp))
    guard owner.rawValue == index.rawValue else { return handOver(mbuf, to: owner) }
    guard header.isSound else { return drop(mbuf, .badFragment) }
    unsafe take(frame, header, datagram(of: key), tables)
  }

  /// Whether a service or a backend could have to do with it. Others cross, and leave no trace.
  @_noLocks
  mutating func isFollowed(
    _ header: FragmentHeader, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    guard header.number == 6 || header.number == 17 || header.number == 1 else { return false }
    return unsafe fromClients
      ? tables.pointee.claimed.isClaimed(header.destination) : tables.pointee.claimed.isServer(header.source)
  }

  /// The datagram of a key, from now on if not before. Where there is no room an older one gives way, its client's own if
  /// that has too many: what is refused to the newest, forged fragments would keep from everybody.
  @_noLocks
  private mutating func datagram(of key: FragmentKey) -> FragmentPlace {
    let known = fragments.find(key)
    if !known.isNone {
      guard fragments.isDue(known, at: clock.tick) else { return known }
      forget(known, .fragmentTimeout)
    }
    if fragments.load(of: key.client).datagrams >= fragments.limits.perClient {
      forget(fragments.yielding(of: key.client), .fragmentLimit)
    }
    if fragments.isFull { forget(fragments.oldest, .fragmentLimit) }
    return fragments.open(key, at: clock.tick)
  }

  /// What becomes of a fragment among the others of its datagram.
  @_noLocks
  private mutating func take(
    _ frame: UnsafeMutablePointer<Frame>, _ header: FragmentHeader, _ place: FragmentPlace,
    _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    let state = fragments[place].state
    guard !state.isOverlapping else { return drop(mbuf, .fragmentOverlap) }
    guard !state.isRefused else { return drop(mbuf, .badFragment) }
    switch fragments.fit(header, in: place) {
    case .duplicate: return drop(mbuf, .fragmentDuplicate)
    case .scattered: return drop(mbuf, .fragmentLimit)
    case .overlap:
      drop(mbuf, .fragmentOverlap)
      return end(place, .overlapping, .fragmentOverlap)
    case .new: break
    }
    guard !state.isHeadless || header.isFirst || makeRoomToWait(in: place) else { return drop(mbuf, .fragmentLimit) }
    let isWhole = fragments.add(header, to: place)
    if header.isFirst {
      unsafe head(frame, place, tables)
    } else {
      unsafe rest(frame, place, tables)
    }
    if isWhole, !fragments[place].state.isRefused { fragments.close(place) }
  }

  /// Makes room for one more that waits. False: there is none.
  @_noLocks
  private mutating func makeRoomToWait(in place: FragmentPlace) -> Bool {
    guard let oldest = yielding(toOneIn: place, of: fragments[place].key.client) else { return true }
    guard !oldest.isNone else { return false }
    // It holds one at least: that is room for every client's as well.
    forget(oldest, .fragmentLimit)
    return true
  }

  /// What gives way for one more fragment that waits: the oldest datagram that holds any, of the same client if that has too
  /// many. Nil: there is room. None: they are all of this datagram.
  ///
  /// - Parameter place: of the fragment's datagram; none: it would be the first of it to come.
  @_noLocks
  mutating func yielding(toOneIn place: FragmentPlace, of client: IPv4Address) -> FragmentPlace? {
    if fragments.load(of: client).held >= fragments.limits.perClient {
      return fragments.oldestHolding(of: client, but: place)
    }
    return fragments.isHeldFull ? fragments.oldestHolding(but: place) : nil
  }

  /// The first of a datagram: says the ports, and lets those go on that have waited for them.
  @_noLocks
  private mutating func head(
    _ frame: UnsafeMutablePointer<Frame>, _ place: FragmentPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    let outcome = unsafe FrameParser.firstFragment(
      frame.pointee.data, contiguous: mbuf.contiguousLength, into: &frame.pointee.parsed)
    if case .malformed(let reason) = outcome {
      drop(mbuf, reason)
      return end(place, .refused, .badFragment)
    }
    var datagram = fragments[place]
    if Self.isBalanced(outcome, fromClients: datagram.key.isFromClient) {
      let parsed = unsafe frame.pointee.parsed
      datagram.state = .labelled
      datagram.ports = UInt32(parsed.sourcePort) << 16 | UInt32(parsed.destinationPort)
      fragments[place] = datagram
      unsafe goOn(frame, isFirst: true, fromClients: datagram.key.isFromClient, tables)
    } else {
      datagram.state = .crossing
      fragments[place] = datagram
      unsafe unmatched(mbuf, .fragment, tables)
    }
    unsafe letGo(place, tables)
  }

  /// Whether a packet that begins so is balanced in its direction.
  @_noLocks
  static func isBalanced(_ outcome: ParseOutcome, fromClients: Bool) -> Bool {
    switch outcome {
    case .ports: true
    case .echoRequest: fromClients
    case .echoReply: !fromClients
    case .other, .malformed: false
    }
  }

  /// Any other of a datagram.
  @_noLocks
  private mutating func rest(
    _ frame: UnsafeMutablePointer<Frame>, _ place: FragmentPlace, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    let datagram = fragments[place]
    if datagram.state.isHeadless {
      fragments.hold(mbuf, arrival: arrival, in: place)
      tally.add(.held)
    } else if datagram.state.isLabelled {
      unsafe FrameParser.label(frame.pointee.data, ports: datagram.ports, into: &frame.pointee.parsed)
      unsafe goOn(frame, isFirst: false, fromClients: datagram.key.isFromClient, tables)
    } else {
      unsafe unmatched(mbuf, .fragment, tables)
    }
  }

  /// A fragment whose ports are known: to the owner of its flow.
  @_noLocks
  private mutating func goOn(
    _ frame: UnsafeMutablePointer<Frame>, isFirst: Bool, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let parsed = unsafe frame.pointee.parsed
    let owner = owner.owner(of: fromClients ? parsed.sourceEndpoint : parsed.destinationEndpoint)
    guard owner.rawValue != index.rawValue else {
      return unsafe flow(frame, isFirst: isFirst, fromClients: fromClients, tables)
    }
    unsafe handOver(frame, to: owner, as: .fragment)
  }

  /// Sends those on their way that have waited for the first of their datagram.
  @_noLocks
  private mutating func letGo(_ place: FragmentPlace, _ tables: UnsafePointer<ForwardingTables>) {
    let port = arrival
    while let fragment = fragments.release(from: place) {
      tally.add(.held, -1)
      turn(to: fragment.arrival)
      unsafe read(fragment.mbuf, into: burst.spare)
      unsafe rest(burst.spare, place, tables)
    }
    turn(to: port)
  }

  /// Drops what has waited of a datagram, and all that may still come.
  @_noLocks
  private mutating func end(_ place: FragmentPlace, _ state: FragmentState, _ reason: DropReason) {
    dropWaiting(place, reason)
    fragments[place].state = state
  }

  /// Drops what has waited of a datagram, and forgets it.
  @_noLocks
  private mutating func forget(_ place: FragmentPlace, _ reason: DropReason) {
    dropWaiting(place, reason)
    fragments.close(place)
  }

  @_noLocks
  private mutating func dropWaiting(_ place: FragmentPlace, _ reason: DropReason) {
    while let fragment = fragments.release(from: place) {
      tally.add(.held, -1)
      drop(fragment.mbuf, reason)
    }
  }

  /// Forgets datagrams whose time is over, once a tick: 128 at most, the oldest first. With no fragments about it is one
  /// comparison.
  @_noLocks
  mutating func sweepFragments() {
    guard !fragments.oldest.isNone else { return }
    var left = 128
    while left > 0, !fragments.oldest.isNone, fragments.isDue(fragments.oldest, at: clock.tick) {
      forget(fragments.oldest, .fragmentTimeout)
      left &-= 1
    }
    if left < 128 { tally.publish() }
  }
}
