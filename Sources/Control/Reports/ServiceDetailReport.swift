/// `GET /v1/services/{name}`: one service with its backends.
public struct ServiceDetailReport: Report {
  /// The service and the sums over its backends.
  public var service: ServiceReport
  /// In the order of the configuration.
  public var backends: [BackendReport]

  /// One service of a reading; nil when none has the name.
  public init?(_ name: String, _ reading: Reading) {
    guard let index = reading.state.configuration.services.firstIndex(where: { $0.name == name }) else { return nil }
    service = ServiceReport(index, reading)
    backends = BackendReport.all(ofService: index, reading)
  }
}
