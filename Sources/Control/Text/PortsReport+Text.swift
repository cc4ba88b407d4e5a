extension PortsReport {
  public var text: String {
    var facts = TextTable([
      .text("PORT"), .text("ROLE"), .text("STATE"), .text("LINK"), .number("CHANGES"), .text("MAC"), .number("MTU"),
      .number("RXQ"),
      .number("TXQ"), .text("DRIVER"), .text("DEVICE"),
    ])
    var traffic = TextTable([
      .text("PORT"), .number("RECEIVED"), .number("BYTES"), .number("SENT"), .number("BYTES"), .number("MISSED"),
      .number("RX ERRORS"), .number("TX ERRORS"), .number("NO BUFFER"),
    ])
    for port in ports {
      facts.add([
        port.name, port.role, port.state.rawValue, port.link.rawValue, Figures.count(port.linkChanges), port.mac,
        "\(port.mtu)",
        "\(port.receiveQueues)", "\(port.transmitQueues)", port.driver, port.device,
      ])
      traffic.add([port.name] + Self.cells(of: port.counters))
    }
    return facts.text + "\n" + traffic.text
  }

  private static func cells(of counters: PortReport.Counters?) -> [String] {
    guard let counters else { return [String](repeating: "-", count: 8) }
    return [
      Figures.count(counters.receivedPackets), Figures.bytes(counters.receivedBytes),
      Figures.count(counters.transmittedPackets), Figures.bytes(counters.transmittedBytes),
      Figures.count(counters.missed), Figures.count(counters.receiveErrors), Figures.count(counters.transmitErrors),
      Figures.count(counters.receiveNoMbuf),
    ]
  }
}
