extension MetricsPage {
  private static let traffic: [(String, String, KeyPath<TrafficFigures, UInt64> & Sendable, String)] = [
    ("request_packets", "packets", \.requestPackets, "Packets to the server."),
    ("request_bytes", "bytes", \.requestBytes, "Bytes to the server."),
    ("reply_packets", "packets", \.replyPackets, "Packets from the server."),
    ("reply_bytes", "bytes", \.replyBytes, "Bytes from the server."),
    ("stateless_packets", "packets", \.statelessPackets, "Packets by the stateless choice, without a session."),
  ]

  /// Each service's sums.
  static func services(_ reading: Reading, _ text: inout OpenMetricsText) {
    let services = ServicesReport(reading).services
    func each(_ value: (ServiceReport) -> UInt64) {
      for service in services { text.sample([("service", service.name)], value(service)) }
    }
    text.family("sluice_service_backends", .gauge, "Backends of the service.")
    each { UInt64($0.backendCount) }
    text.family("sluice_service_usable_backends", .gauge, "Backends that take new sessions.")
    each { UInt64($0.usableBackends) }
    text.family("sluice_service_active_sessions", .gauge, "Sessions now.")
    each { $0.activeSessions }
    text.family("sluice_service_new_sessions", .counter, "Sessions made.")
    each { $0.newSessions }
    for (name, unit, path, help) in traffic {
      text.family("sluice_service_" + name, .counter, unit: unit, help)
      each { $0.traffic[keyPath: path] }
    }
  }

  /// Each backend.
  static func backends(_ reading: Reading, _ text: inout OpenMetricsText) {
    // Those that have left may share an address with one that came back, and two samples must not have one name.
    let configured = BackendsReport(reading).backends.filter { $0.state != .removed && $0.state != .killed }
    let backends = configured.map {
      (labels: [("service", $0.service), ("backend", $0.address)] as OpenMetricsText.Labels, report: $0)
    }
    text.family("sluice_backend_weight", .gauge, "Configured weight; 0 takes no new sessions.")
    for (labels, backend) in backends { text.sample(labels, UInt64(backend.weight)) }
    text.family("sluice_backend_share_ratio", .gauge, unit: "ratio", "Share of new sessions that it gets.")
    for (labels, backend) in backends { text.sample(labels, backend.share) }
    text.family("sluice_backend_active_sessions", .gauge, "Sessions now.")
    for (labels, backend) in backends { text.sample(labels, backend.activeSessions) }
    text.family("sluice_backend_new_sessions", .counter, "Sessions made.")
    for (labels, backend) in backends { text.sample(labels, backend.newSessions) }
    for (name, unit, path, help) in traffic {
      text.family("sluice_backend_" + name, .counter, unit: unit, help)
      for (labels, backend) in backends { text.sample(labels, backend.traffic[keyPath: path]) }
    }
    openings(backends, &text)
  }
}
