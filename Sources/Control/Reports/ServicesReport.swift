/// `GET /v1/services`: every service with the sums over its backends.
public struct ServicesReport: Report {
  /// In the order of the configuration.
  public var services: [ServiceReport]

  /// The services of a reading.
  public init(_ reading: Reading) {
    services = reading.state.services.map { ServiceReport($0, reading) }
  }
}
