import Foundation

/// `GET /metrics`: every figure as OpenMetrics text.
enum MetricsPage {
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  static func data(_ reading: Reading) -> Data {
    var text = OpenMetricsText()
    instance(reading, &text)
    frames(reading, &text)
    sessions(reading, &text)
    load(reading, &text)
    ports(reading, &text)
    services(reading, &text)
    backends(reading, &text)
    health(reading, &text)
    return text.finished()
  }

  private static func instance(_ reading: Reading, _ text: inout OpenMetricsText) {
    let status = StatusReport(reading)
    text.family("sluice_build", .info, "The version that runs.")
    text.sample([("version", status.version)], UInt64(1))
    text.family("sluice_uptime_seconds", .gauge, unit: "seconds", "Time since start.")
    text.sample([], status.uptimeSeconds)
    text.family("sluice_generation", .gauge, "Generation of the tables in force.")
    text.sample([], status.generation)
    text.family("sluice_services", .gauge, "Services in force.")
    text.sample([], UInt64(status.services))
    text.family("sluice_backends", .gauge, "Backends of all services.")
    text.sample([], UInt64(status.backends))
    text.family("sluice_faults", .gauge, "Things that must not be; the status report names them.")
    text.sample([], UInt64(status.faults.count))
  }
}
