extension MetricsPage {
  /// Each port's link and driver counters.
  static func ports(_ reading: Reading, _ text: inout OpenMetricsText) {
    let ports = PortsReport(reading).ports
    func labels(_ port: PortReport) -> OpenMetricsText.Labels { [("port", port.name), ("role", port.role)] }
    text.family("sluice_port_link_up", .gauge, "1 if the link is up, 0 if it is down; absent while unknown.")
    for port in ports where port.link != .unknown { text.sample(labels(port), UInt64(port.link == .up ? 1 : 0)) }
    text.family("sluice_port_link_changes", .counter, "How often the link has changed.")
    for port in ports { text.sample(labels(port), port.linkChanges) }
    let counters: [(String, String?, KeyPath<PortReport.Counters, UInt64>, String)] = [
      ("received_packets", "packets", \.receivedPackets, "Frames received."),
      ("received_bytes", "bytes", \.receivedBytes, "Bytes received."),
      ("transmitted_packets", "packets", \.transmittedPackets, "Frames sent."),
      ("transmitted_bytes", "bytes", \.transmittedBytes, "Bytes sent."),
      ("missed_packets", "packets", \.missed, "Frames that no worker fetched in time."),
      ("receive_errors", nil, \.receiveErrors, "Frames that arrived damaged."),
      ("transmit_errors", nil, \.transmitErrors, "Frames that could not be sent."),
      ("receive_no_mbuf", nil, \.receiveNoMbuf, "Receptions that failed for want of a packet buffer."),
    ]
    for (name, unit, path, help) in counters {
      text.family("sluice_port_" + name, .counter, unit: unit, help)
      for port in ports {
        if let value = port.counters?[keyPath: path] { text.sample(labels(port), value) }
      }
    }
  }
}
