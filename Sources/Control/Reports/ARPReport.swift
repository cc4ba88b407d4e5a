import Counters
import Net

/// `GET /v1/arp`: the addresses that Sluice answers for, and what it knows of the servers that are given by address.
public struct ARPReport: Report {
  /// A VIP on a port where clients are.
  public struct VIP: Codable, Equatable, Sendable {
    /// The address.
    public var vip: String
    /// Where it is told.
    public var port: String
    /// What it is told with.
    public var mac: String
  }

  /// A server.
  public struct Neighbour: Codable, Equatable, Sendable {
    /// Its own address.
    public var address: String
    /// Where it is; absent while nobody knows.
    public var mac: String?
    /// Since when it is there, or unknown, in seconds.
    public var seconds: Double
    /// Seconds since it last said so; absent while it is unknown.
    public var confirmedSeconds: Double?
    /// Requests since then.
    public var unanswered: Int
  }

  /// VIPs by address, then by port.
  public var vips: [VIP]
  /// Servers by address.
  public var neighbours: [Neighbour]
  /// ARP packets by which another host claimed a VIP, since the start.
  public var conflicts: UInt64
  /// What workers heard and found no place for on its way to management, since the start; it is asked for again.
  public var lost: UInt64

  init(_ reading: Reading, _ entries: [IPv4Address: NeighbourTable.Entry], at now: ContinuousClock.Instant = .now) {
    let instance = reading.instance
    let wishes = ARPWishes(reading.state.configuration, instance.ports)
    vips = wishes.announcements
      .sorted { ($0.place.vip, $0.place.port.rawValue) < ($1.place.vip, $1.place.port.rawValue) }
      .map { announcement in
        let port = instance.ports.first { $0.index == announcement.place.port }
        return VIP(vip: "\(announcement.place.vip)", port: port?.name ?? "", mac: "\(announcement.mac)")
      }
    neighbours = entries.sorted { $0.key < $1.key }.map { address, entry in
      Neighbour(
        address: "\(address)", mac: entry.mac?.description, seconds: Self.seconds(now - entry.since),
        confirmedSeconds: entry.mac.map { _ in Self.seconds(now - entry.confirmed) }, unanswered: entry.unanswered)
    }
    conflicts = reading.total[.addressConflicts]
    lost = instance.workers.reduce(0) { $0 + $1.notices.lost }
  }

  private static func seconds(_ duration: Duration) -> Double {
    max(0, (duration / .milliseconds(100)).rounded() / 10)
  }
}
