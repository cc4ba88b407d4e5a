import Configuration
import Net

/// What a configuration and the ports that are there want of ARP.
struct ARPWishes {
  /// Every VIP that Sluice answers for.
  let vips: Set<IPv4Address>
  /// The addresses that Sluice itself speaks from, ports' and VIPs'.
  let ownMACs: Set<MACAddress>
  /// Servers that have to be found.
  let servers: Set<IPv4Address>
  /// What the ports' segments are to be told.
  let announcements: [AnnouncementPlan.Announcement]
  /// What changes when a port comes back, or its link does.
  let arrivals: [PortIndex: UInt64]
  /// Where servers are asked for, and by whom; nil: that port is not there.
  private let asking: (port: PortIndex, mac: MACAddress, address: IPv4Address)?

  init(_ configuration: Configuration, _ ports: [PortObservation]) {
    let services = configuration.services.filter(\.answersARP)
    let macs = Dictionary(services.map { ($0.vip, $0.mac) }) { $0 ?? $1 }
    vips = Set(macs.keys)
    ownMACs = Set(macs.values.compactMap(\.self) + ports.compactMap { $0.currentMAC() })
    servers = Set(
      configuration.services.filter { $0.mode == .dsr }.flatMap(\.backends).filter { $0.mac == nil }.map(\.address))
    var announcements: [AnnouncementPlan.Announcement] = []
    var arrivals: [PortIndex: UInt64] = [:]
    var asking: (PortIndex, MACAddress, IPv4Address)?
    for port in ports {
      guard let own = port.currentMAC() else { continue }
      arrivals[port.index] = port.link.current.changes &<< 48 | own.rawValue
      if port.role != .frontend, asking == nil {
        let source = configuration.ports.first { $0.name == port.name }?.arpSource
        asking = (port.index, own, source ?? IPv4Address(rawValue: 0))
      }
      guard port.role != .backend else { continue }
      announcements += macs.map { vip, mac in
        AnnouncementPlan.Announcement(
          place: AnnouncementPlan.Place(vip: vip, port: port.index), mac: mac ?? own)
      }
    }
    self.announcements = announcements
    self.arrivals = arrivals
    self.asking = asking
  }

  /// The frame of a request.
  func frame(_ question: NeighbourTable.Question) -> (bytes: [UInt8], port: PortIndex)? {
    guard let asking else { return nil }
    let message = ARPMessage.request(for: question.address, from: asking.address, asking.mac)
    return (message.frame(from: asking.mac, to: question.mac ?? .broadcast), asking.port)
  }
}
