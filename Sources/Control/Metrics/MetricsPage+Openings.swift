extension MetricsPage {
  private static let openings: [(name: String, path: KeyPath<OpeningReport, UInt64> & Sendable, help: String)] = [
    ("opening_attempts", \.attempted, "Connections that clients began."),
    ("opening_repeats", \.repeated, "SYNs that had to be sent again."),
    ("opening_answers", \.answered, "Connections that the server answered."),
    ("opening_refusals", \.refused, "Connections that the server refused with a RST."),
    ("opening_unreachables", \.unreachable, "Connections that an ICMP error ended."),
    ("opening_abandonments", \.abandoned, "Connections that the client gave up, or whose entry gave way."),
    ("datagram_flows", \.datagramFlows, "New flows of datagrams."),
    ("datagram_unreachables", \.datagramFlowsUnreachable, "Those that an ICMP error answered."),
  ]

  /// How the backends of observed services take new sessions.
  static func openings(
    _ backends: [(labels: OpenMetricsText.Labels, report: BackendReport)], _ text: inout OpenMetricsText
  ) {
    let observed = backends.compactMap { backend in backend.report.openings.map { (backend.labels, $0) } }
    guard !observed.isEmpty else { return }
    for (name, path, help) in openings {
      text.family("sluice_backend_" + name, .counter, help)
      for (labels, report) in observed { text.sample(labels, report[keyPath: path]) }
    }
    text.family("sluice_backend_answer_seconds", .histogram, unit: "seconds", "Time from SYN to SYN-ACK.")
    for (labels, report) in observed { text.histogram(labels, report.answersByTime, sum: report.answerSeconds) }
  }
}
