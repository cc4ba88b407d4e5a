/// `GET /v1/services/{name}`: one service with its backends.
public struct ServiceDetailReport: Report {
  /// The service and the sums over its backends.
  public var service: ServiceReport
  /// In the order of the configuration, then those that have left and still have sessions.
  public var backends: [BackendReport]
  /// The service as the configuration has it: what `PUT /v1/services/{name}` takes.
  public var settings: ServiceSettingsReport

  /// One service of a reading; nil when none has the name.
  public init?(_ name: String, _ reading: Reading) {
    guard let placement = reading.state.services.first(where: { $0.name == name }) else { return nil }
    service = ServiceReport(placement, reading)
    backends = BackendReport.all(of: placement, reading)
    settings = ServiceSettingsReport(placement.settings)
  }
}
