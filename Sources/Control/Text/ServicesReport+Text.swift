extension ServicesReport {
  public var text: String {
    guard !services.isEmpty else { return "no services\n" }
    var table = TextTable([
      .text("SERVICE"), .text("VIP"), .text("MODE"), .text("AFFINITY"), .text("EMPTY"), .number("BACKENDS"),
      .number("SLOTS"), .number("SESSIONS"), .number("NEW"), .number("REQUESTS"), .number("BYTES"), .number("REPLIES"),
      .number("BYTES"),
    ])
    for service in services { table.add(service.cells) }
    return table.text
  }
}

extension ServiceReport {
  /// `203.0.113.10:80/tcp`, `203.0.113.10:80,443/tcp`, or without ports `203.0.113.10/icmp`.
  var endpointText: String {
    let ports = (ports ?? port.map { [$0] } ?? []).map { "\($0)" }.joined(separator: ",")
    return ports.isEmpty ? "\(vip)/\(`protocol`)" : "\(vip):\(ports)/\(`protocol`)"
  }

  fileprivate var cells: [String] {
    [
      name, endpointText, mode, affinity, whenEmpty,
      usableBackends == backendCount ? "\(backendCount)" : "\(usableBackends)/\(backendCount)",
      Figures.count(maglevSlots), Figures.count(activeSessions), Figures.count(newSessions),
    ] + traffic.cells
  }
}

extension TrafficFigures {
  /// Requests and their bytes, replies and their bytes.
  var cells: [String] {
    [
      Figures.count(requestPackets), Figures.bytes(requestBytes), Figures.count(replyPackets),
      Figures.bytes(replyBytes),
    ]
  }
}
