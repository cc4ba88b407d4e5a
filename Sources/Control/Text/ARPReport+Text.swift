extension ARPReport {
  public var text: String {
    var vips = TextTable([.text("VIP"), .text("PORT"), .text("MAC")])
    for vip in self.vips { vips.add([vip.vip, vip.port, vip.mac]) }
    var servers = TextTable([
      .text("SERVER"), .text("MAC"), .number("SINCE"), .number("CONFIRMED"), .number("UNANSWERED"),
    ])
    for neighbour in neighbours {
      servers.add([
        neighbour.address, neighbour.mac ?? "unknown", Figures.duration(neighbour.seconds) + " ago",
        neighbour.confirmedSeconds.map { Figures.duration($0) + " ago" } ?? "-", "\(neighbour.unanswered)",
      ])
    }
    return (self.vips.isEmpty ? "no VIP is answered for\n" : vips.text)
      + (neighbours.isEmpty ? "" : "\n" + servers.text)
      + (conflicts == 0 ? "" : "\n\(Figures.count(conflicts)) claims to a VIP by other hosts: see the log\n")
  }
}
