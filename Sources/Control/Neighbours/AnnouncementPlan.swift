import Net

/// When Sluice tells a segment where its VIPs are, unasked (behaviour 71): as soon as one is new or has another MAC
/// address, once more two seconds later (RFC 5227, section 2.3), and then every minute, below the time in which switches
/// forget (300 s by IEEE 802.1Q). Pure: it is told the time.
struct AnnouncementPlan {
  /// A VIP on a port.
  struct Place: Hashable {
    var vip: IPv4Address
    var port: PortIndex
  }

  /// What is told.
  struct Announcement: Equatable {
    var place: Place
    var mac: MACAddress
  }

  private struct Entry {
    var mac: MACAddress
    var next: ContinuousClock.Instant
    var isNew = true
  }

  /// Between the first two.
  static let repetition: Duration = .seconds(2)
  /// Between all others.
  static let period: Duration = .seconds(60)

  private var entries: [Place: Entry] = [:]

  /// Says what is to be told; whatever is different from before is due at once.
  mutating func want(_ announcements: [Announcement], at now: ContinuousClock.Instant) {
    var wanted: [Place: Entry] = [:]
    for announcement in announcements {
      if let old = entries[announcement.place], old.mac == announcement.mac {
        wanted[announcement.place] = old
      } else {
        wanted[announcement.place] = Entry(mac: announcement.mac, next: now)
      }
    }
    entries = wanted
  }

  /// Makes everything on a port due again: its link or its device has just come, and whoever is there knows nothing.
  mutating func repeatAll(on port: PortIndex, at now: ContinuousClock.Instant) {
    for place in entries.keys where place.port == port {
      entries[place]?.next = now
      entries[place]?.isNew = true
    }
  }

  /// Makes VIPs due at once, as an operator asked. Returns how many announcements that are.
  mutating func repeatNow(_ vips: Set<IPv4Address>, at now: ContinuousClock.Instant) -> Int {
    let places = entries.keys.filter { vips.contains($0.vip) }
    for place in places { entries[place]?.next = now }
    return places.count
  }

  /// What is due, at most so many; the rest is due again with the next turn.
  mutating func turn(at now: ContinuousClock.Instant, limit: Int) -> [Announcement] {
    let due = entries.filter { $0.value.next <= now }
      .sorted { ($0.value.next, $0.key.vip, $0.key.port.rawValue) < ($1.value.next, $1.key.vip, $1.key.port.rawValue) }
    return due.prefix(limit).map { place, old in
      entries[place]?.next = now + (old.isNew ? Self.repetition : Self.period)
      entries[place]?.isNew = false
      return Announcement(place: place, mac: old.mac)
    }
  }
}
