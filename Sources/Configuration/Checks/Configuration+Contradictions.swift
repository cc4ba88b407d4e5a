extension Configuration {
  /// Whether there is one port, for both sides.
  public var isOneArm: Bool { ports.contains { $0.role == .both } }

  /// What cannot stand together: where nothing lies behind the balancer, or its only port is in front and behind, frames
  /// that cross are a loop (behaviour 101), and no reply comes back through it.
  var contradictions: [Contradiction] {
    let isOnlyDSR = !services.isEmpty && services.allSatisfy { $0.mode == .dsr }
    var found: [Contradiction] = []
    if unmatched == .pass, isOneArm || isOnlyDSR {
      found.append(
        Contradiction(
          key: RootKeys.unmatched.name, service: nil,
          found: "pass \(isOneArm ? "with a single port (role: both)" : "where every service is dsr")",
          expected: "drop: there, a frame that crosses is a loop"))
    }
    if isOneArm {
      for (index, service) in services.enumerated() where service.mode == .nat {
        found.append(
          Contradiction(
            key: RootKeys.services.name, service: index, found: "mode nat with a single port (role: both)",
            expected: "dsr: replies to a nat service have to come back through the balancer, by a port of their own"))
      }
    }
    return found + unmakeableChecks
  }
}
