import Dataplane
import Net
import Tables
import TestSupport

/// Datagrams in fragments: sets of octets, and lists of what waits.
extension ReferenceModel {
  /// What makes fragments those of one datagram.
  struct DatagramKey: Hashable {
    var source: IPv4Address
    var destination: IPv4Address
    var identification: UInt16
    var number: UInt8
    var isRequest: Bool

    var client: IPv4Address { isRequest ? source : destination }
  }

  struct Datagram {
    enum State: Equatable { case headless, labelled(UInt16, UInt16), crossing, overlapping, refused }
    var isRequest: Bool
    var began: Tick
    var state = State.headless
    /// Units of eight octets that have come.
    var units: Set<Int> = []
    var end: Int?
    var waiting: [ReferenceFragment] = []
    /// Among all that ever began.
    var number: Int

    var isWhole: Bool { end.map { units == Set(0..<$0) } ?? false }
    /// Rows of units without a gap.
    var rows: Int { units.filter { !units.contains($0 - 1) }.count }
  }

  /// One thing that happens because a frame has come: to itself, or to one that it releases.
  enum Event {
    /// A packet of a flow.
    case packet(ReferencePacket)
    /// An ICMP error about a packet of a flow.
    case error(ReferenceError)
    /// Settled; what comes out of the other port.
    case verdict(Verdict, [UInt8]?)
    /// Kept.
    case held
  }

  /// What happens when a frame comes, in order.
  mutating func events(of bytes: [UInt8], from port: PortIndex) -> [Event] {
    let isRequest = port != Rig.backend
    let bytes = isRequest ? bytes : restored(bytes)
    switch ReferencePacket.read(bytes) {
    case .dropped(let reason): return [.verdict(.dropped(reason), nil)]
    case .passed(.fragment): return ReferenceFragment.read(bytes).map { events(of: $0, isRequest) } ?? []
    case .passed(let reason): return [unclaimed(bytes, reason)]
    case .packet(let packet) where packet.transport == .icmp && packet.isRequest != isRequest:
      return [unclaimed(bytes, .otherICMP)]
    case .packet(let packet): return [.packet(packet)]
    case .error(let error): return [.error(error)]
    }
  }

  private func unclaimed(_ bytes: [UInt8], _ reason: PassReason) -> Event {
    dropsUnmatched ? .verdict(.dropped(.unmatched), nil) : .verdict(.passed(reason), bytes)
  }

  private func isFollowed(_ fragment: ReferenceFragment, _ isRequest: Bool) -> Bool {
    let end = isRequest ? fragment.destination : fragment.source
    let isClaimed = services.contains { service in
      isRequest && service.vip == end || service.backends.contains { $0.address == end }
    }
    return isClaimed && [1, 6, 17].contains(fragment.number)
  }

  private mutating func events(of fragment: ReferenceFragment, _ isRequest: Bool) -> [Event] {
    guard isFollowed(fragment, isRequest) else { return [unclaimed(fragment.bytes, .fragment)] }
    guard fragment.isSound else { return [.verdict(.dropped(.badFragment), nil)] }
    let key = DatagramKey(
      source: fragment.source, destination: fragment.destination, identification: fragment.identification,
      number: fragment.number, isRequest: isRequest)
    var events: [Event] = []
    if datagrams[key] == nil {
      let own = datagrams.filter { $0.key.client == key.client }
      if own.count >= limits.perClient {
        let headless = own.filter { $0.value.state == .headless }
        events += forget(oldest(of: headless.isEmpty ? own : headless))
      }
      begun += 1
    }
    var datagram = datagrams[key] ?? Datagram(isRequest: isRequest, began: now, number: begun)
    events += take(fragment, of: key, into: &datagram)
    let isOver = datagram.isWhole && datagram.state != .refused && datagram.state != .overlapping
    datagrams[key] = isOver ? nil : datagram
    return events
  }

  private func oldest(of some: [DatagramKey: Datagram]) -> DatagramKey? {
    some.min { $0.value.number < $1.value.number }?.key
  }

  private mutating func forget(_ key: DatagramKey?) -> [Event] {
    guard let key, let lost = datagrams.removeValue(forKey: key) else { return [] }
    held -= lost.waiting.count
    return lost.waiting.map { _ in .verdict(.dropped(.fragmentLimit), nil) }
  }

  /// What gives way for one more that waits; nil: nothing can.
  private mutating func makeRoom(for key: DatagramKey) -> [Event]? {
    let own = datagrams.filter { $0.key.client == key.client && !$0.value.waiting.isEmpty }
    guard own.reduce(0, { $0 + $1.value.waiting.count }) >= limits.perClient else { return [] }
    let others = own.filter { $0.key != key }
    return others.isEmpty ? nil : forget(oldest(of: others))
  }

  private mutating func take(
    _ fragment: ReferenceFragment, of key: DatagramKey, into datagram: inout Datagram
  ) -> [Event] {
    if datagram.state == .overlapping { return [.verdict(.dropped(.fragmentOverlap), nil)] }
    if datagram.state == .refused { return [.verdict(.dropped(.badFragment), nil)] }
    let end = (fragment.end + 7) / 8
    let units = Set(fragment.start / 8..<end)
    let isBeyond = datagram.end.map { fragment.hasMore ? end >= $0 : end != $0 } ?? false
    let isShort = !fragment.hasMore && datagram.units.contains { $0 >= end }
    let isKnown = units.isSubset(of: datagram.units)
    if isBeyond || isShort || !isKnown && !units.isDisjoint(with: datagram.units) {
      return [.verdict(.dropped(.fragmentOverlap), nil)] + stop(&datagram, .overlapping, .fragmentOverlap)
    }
    if isKnown { return [.verdict(.dropped(.fragmentDuplicate), nil)] }
    var grown = datagram
    grown.units.formUnion(units)
    if !fragment.hasMore { grown.end = end }
    let isEarly = datagram.state == .headless && fragment.start > 0
    guard grown.rows <= 8, let lost = isEarly ? makeRoom(for: key) : [] else {
      return [.verdict(.dropped(.fragmentLimit), nil)]
    }
    datagram = grown
    return lost + (fragment.start == 0 ? head(fragment, of: &datagram) : [rest(fragment, of: &datagram)])
  }

  private mutating func head(_ fragment: ReferenceFragment, of datagram: inout Datagram) -> [Event] {
    let first: Event
    switch ReferencePacket.read(first: fragment) {
    case .dropped(let reason):
      return [.verdict(.dropped(reason), nil)] + stop(&datagram, .refused, .badFragment)
    case .packet(let packet) where packet.transport != .icmp || packet.isRequest == datagram.isRequest:
      datagram.state = .labelled(packet.source.port, packet.destination.port)
      first = .packet(packet)
    case .packet, .passed, .error:
      datagram.state = .crossing
      first = unclaimed(fragment.bytes, .fragment)
    }
    let released = datagram.waiting
    held -= released.count
    datagram.waiting = []
    return [first] + released.map { rest($0, of: &datagram) }
  }

  private mutating func rest(_ fragment: ReferenceFragment, of datagram: inout Datagram) -> Event {
    switch datagram.state {
    case .labelled(let source, let destination): return .packet(ReferencePacket(rest: fragment, source, destination))
    case .crossing, .overlapping, .refused: return unclaimed(fragment.bytes, .fragment)
    case .headless:
      datagram.waiting.append(fragment)
      held += 1
      return .held
    }
  }

  /// What has waited goes, and so will what comes.
  private mutating func stop(
    _ datagram: inout Datagram, _ state: Datagram.State, _ reason: DropReason
  ) -> [Event] {
    let lost = datagram.waiting
    held -= lost.count
    datagram.waiting = []
    datagram.state = state
    return lost.map { _ in .verdict(.dropped(reason), nil) }
  }

  /// Datagrams whose time is over are forgotten; what has waited is dropped.
  mutating func ageFragments() {
    for (key, datagram) in datagrams where now.since(datagram.began) > limits.timeout {
      held -= datagram.waiting.count
      timedOut += datagram.waiting.count
      datagrams[key] = nil
    }
  }
}
