/// `GET /v1/backends`: every backend of every service, or with `?service=NAME` of one.
public struct BackendsReport: Report {
  /// Service by service, in the order of the configuration; then those of services that were removed and still have
  /// sessions.
  public var backends: [BackendReport]

  /// All backends of a reading.
  public init(_ reading: Reading) {
    backends = (reading.state.services + reading.state.leavingServices).flatMap { BackendReport.all(of: $0, reading) }
  }

  /// The backends of one service; nil when none has the name.
  public init?(service name: String, _ reading: Reading) {
    guard let detail = ServiceDetailReport(name, reading) else { return nil }
    backends = detail.backends
  }
}
