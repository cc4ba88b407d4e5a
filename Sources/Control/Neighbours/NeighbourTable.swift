import Net

/// Where the servers are that are given by address (behaviour 72): what is known of each, when to ask, and when not to
/// believe it any more. Pure: it is told the time and what was heard, and says what to ask and what has become different.
struct NeighbourTable {
  /// What has become different.
  enum Event: Equatable {
    /// An address that was not known where.
    case found(IPv4Address, MACAddress)
    /// Another MAC address than before.
    case moved(IPv4Address, from: MACAddress, to: MACAddress)
    /// It has not confirmed where it is for too long.
    case lost(IPv4Address, MACAddress)
    /// It has never answered.
    case silent(IPv4Address)
  }

  /// A request that is due.
  struct Question: Equatable {
    var address: IPv4Address
    /// Where it was last; nil: all are asked.
    var mac: MACAddress?
  }

  /// What is known of one.
  struct Entry {
    var mac: MACAddress?
    /// When `mac` became what it is.
    var since: ContinuousClock.Instant
    /// When it last said so.
    var confirmed: ContinuousClock.Instant
    var nextQuestion: ContinuousClock.Instant
    /// Requests since then.
    var unanswered = 0
    /// Whether another host has said that it is there, too soon after the last that was believed.
    var isDisputed = false
  }

  /// How long a server is believed, then asked again, by itself, once a second.
  static let fresh: Duration = .seconds(20)
  /// How long a server is believed at all.
  static let lifetime: Duration = .seconds(30)
  /// Between requests to all for a server that does not answer: doubled from a second up to this.
  static let longestPause: Duration = .seconds(8)
  /// How long a server stays where it was found, whoever says otherwise: as Linux's `arp_locktime`. Afterwards all are
  /// asked.
  static let hold: Duration = .seconds(1)
  /// Requests without an answer after which a server that was never found is said to be silent.
  static let patience = 3

  private(set) var entries: [IPv4Address: Entry] = [:]

  /// Those that are known where.
  var resolved: [IPv4Address: MACAddress] { entries.compactMapValues(\.mac) }

  /// Those that do not say where they are: never, or no longer.
  var silent: Set<IPv4Address> {
    Set(
      entries.filter {
        $0.value.mac == nil && ($0.value.confirmed != $0.value.since || $0.value.unanswered > Self.patience)
      }.keys)
  }

  /// Says which servers matter. New ones are asked for at once.
  ///
  /// - Parameter own: link addresses of Sluice itself, where no server is.
  mutating func want(_ addresses: Set<IPv4Address>, own: Set<MACAddress> = [], at now: ContinuousClock.Instant) {
    entries = entries.filter { address, entry in
      addresses.contains(address) && !(entry.mac.map(own.contains) ?? false)
    }
    for address in addresses where entries[address] == nil {
      entries[address] = Entry(mac: nil, since: now, confirmed: now, nextQuestion: now)
    }
  }

  /// Notes what a host says of itself.
  mutating func hear(_ message: ARPMessage, at now: ContinuousClock.Instant) -> Event? {
    let (address, mac) = (message.senderAddress, message.senderMAC)
    guard var entry = entries[address], !mac.isGroup, !mac.isZero else { return nil }
    let old = entry.mac
    if let old, old != mac, now - entry.since < Self.hold {
      entry.isDisputed = true
      entry.nextQuestion = min(entry.nextQuestion, entry.since + Self.hold)
      entries[address] = entry
      return nil
    }
    entry.confirmed = now
    entry.unanswered = 0
    entry.nextQuestion = now + Self.fresh
    if old != mac {
      entry.mac = mac
      entry.since = now
    }
    entries[address] = entry
    guard let old else { return .found(address, mac) }
    return old == mac ? nil : .moved(address, from: old, to: mac)
  }

  /// What is due: requests, those that have waited longest first, and servers that are believed no longer.
  ///
  /// - Parameter limit: requests at most; the rest is due again with the next turn.
  mutating func turn(at now: ContinuousClock.Instant, limit: Int) -> (questions: [Question], events: [Event]) {
    let due = entries.filter { $0.value.nextQuestion <= now }
      .sorted { ($0.value.nextQuestion, $0.key) < ($1.value.nextQuestion, $1.key) }
    var events: [Event] = []
    var questions: [Question] = []
    for (address, old) in due.prefix(limit) {
      var entry = old
      if let mac = entry.mac, now - entry.confirmed >= Self.lifetime {
        entry.mac = nil
        entry.since = now
        entry.unanswered = 0
        events.append(.lost(address, mac))
      }
      questions.append(Question(address: address, mac: entry.isDisputed ? nil : entry.mac))
      entry.isDisputed = false
      entry.unanswered += 1
      entry.nextQuestion = now + (entry.mac == nil ? Self.pause(after: entry.unanswered) : .seconds(1))
      // After a loss that has been said already.
      if entry.mac == nil, entry.unanswered == Self.patience + 1, entry.confirmed == entry.since {
        events.append(.silent(address))
      }
      entries[address] = entry
    }
    return (questions, events)
  }

  /// 1, 2, 4 and then 8 seconds.
  private static func pause(after unanswered: Int) -> Duration {
    min(.seconds(1 << min(unanswered - 1, 8)), longestPause)
  }
}
