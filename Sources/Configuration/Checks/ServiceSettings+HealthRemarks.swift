extension ServiceSettings {
  /// What the operator should know of how the service's backends are asked, each by the key that is meant.
  var healthRemarks: [(key: String, message: String)] {
    guard let check = health?.check else { return [] }
    let section = ServiceKeys.health.name
    var remarks: [(key: String, message: String)] = []
    if check.timeout > check.interval {
      remarks.append(
        (
          "\(section).\(CheckKeys.timeout.name)",
          "longer than interval, so a server that does not answer is asked less often than interval says"
        ))
    }
    // Linux tells a host of closed ports once a second (net.ipv4.icmp_ratelimit).
    if check.kind == .udp, check.expect == nil, min(check.interval, check.fastInterval) < 1000 {
      remarks.append(
        (
          "\(section).\(CheckKeys.expect.name)",
          "not set, and asked more often than once a second: most servers do not say so often that nobody listens, so a"
            + " closed port passes for a good one"
        ))
    }
    return remarks
      + unusedKeys(check).map { ("\(section).\($0)", "means nothing: no check of this service is of its type") }
  }

  /// Keys that are set and belong to checks of another type than any of the service's.
  private func unusedKeys(_ check: CheckSettings) -> [String] {
    let kinds = Set([check.kind] + backends.compactMap { $0.check?.kind })
    let (http, udp): (Set<CheckSettings.Kind>, Set<CheckSettings.Kind>) = ([.http], [.udp])
    let keys: [(name: String, isSet: Bool, kinds: Set<CheckSettings.Kind>)] = [
      (CheckKeys.method.name, check.method != CheckKeys.defaults.method, http),
      (CheckKeys.path.name, check.path != CheckKeys.defaults.path, http),
      (CheckKeys.host.name, check.host != nil, http),
      (CheckKeys.status.name, check.status != CheckKeys.defaults.status, http),
      (CheckKeys.body.name, check.body != nil, http),
      (CheckKeys.send.name, check.send != nil, udp),
      (CheckKeys.expect.name, check.expect != nil, udp),
      (CheckKeys.query.name, check.query != nil, [.dns]),
      (CheckKeys.port.name, check.port != nil, [.tcp, .http, .udp, .dns]),
    ]
    return keys.filter { $0.isSet && $0.kinds.isDisjoint(with: kinds) }.map(\.name)
  }
}
