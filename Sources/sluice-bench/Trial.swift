import Net

/// One thing to measure.
struct Trial: Hashable {
  var scenario: Scenario
  var transport: TransportProtocol
  /// Flows that packets are drawn from, and that the session table is made for.
  var flows: Int
  var services: Int
  var workers: Int

  /// Backends of each service: the yardstick's hundred, or ten where there are many services.
  var backends: Int { services == 1 ? 100 : 10 }

  /// One in so many packets of a mix is the first of its session.
  static let mixPeriod = 100

  /// Flows that the session table is made for, given the packets that will be sent: those of a mix that are new
  /// need places of their own.
  func capacity(packets: Int) -> Int {
    max(flows, 1024) + (scenario == .mix ? packets / Self.mixPeriod + 1 : 0)
  }
}

extension Trial: CustomStringConvertible {
  /// For progress: `forward udp, 100 services`.
  var description: String {
    "\(scenario.rawValue) \(transport)" + (services == 1 ? "" : ", \(services) services")
      + (workers == 1 ? "" : ", \(workers) workers")
  }
}
