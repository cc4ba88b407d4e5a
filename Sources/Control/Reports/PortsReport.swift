/// `GET /v1/ports`: every port with its link and its driver's counters.
public struct PortsReport: Report {
  /// In the order of their indices.
  public var ports: [PortReport]

  /// The ports of a reading; their counters are read now.
  public init(_ reading: Reading) { ports = reading.instance.ports.map(PortReport.init) }
}
