extension StatusReport {
  public var text: String {
    let lines = [
      ("sluice", "\(version), process \(pid), up \(Figures.duration(uptimeSeconds))"),
      ("generation", "\(generation), \(services) services, \(backends) backends"),
      ("workers", "\(workers), idle: \(idle); \(steering.text)"),
      ("memory", "\(Figures.count(memory.bytes >> 20)) MiB \(memory.hugePages ? "on" : "without") huge pages"),
      ("unmatched", unmatched),
      ("hash seed", hashSeed == .configured ? "configured" : "random: restarts and peers choose differently"),
      ("sessions", sessionText),
    ]
    let facts = lines.map { Self.fact($0.0, $0.1) }.joined()
    return facts + "\n" + conservationText + "\n" + faultText
  }

  private static func fact(_ name: String, _ value: String) -> String {
    name + String(repeating: " ", count: max(1, 12 - name.count)) + value + "\n"
  }

  private var sessionText: String {
    let share = sessions.entries > 0 ? Double(sessions.active) / Double(sessions.entries) : 0
    return "\(Figures.count(sessions.active)) active of \(Figures.count(sessions.entries)) "
      + "(\(Figures.percent(share))), at most \(Figures.count(sessions.peak)), \(Figures.count(sessions.created)) created, "
      + "\(Figures.count(sessions.expired)) expired, \(Figures.count(sessions.evicted)) evicted, "
      + "\(Figures.count(sessions.notStored)) not stored"
      + (sessions.killed > 0 ? ", \(Figures.count(sessions.killed)) killed" : "")
      + (sessions.flushed > 0 ? ", \(Figures.count(sessions.flushed)) flushed" : "")
      + (sessions.leftOut > 0 ? ", \(Figures.count(sessions.leftOut)) left out in floods" : "")
      + (sessions.clashesAvoided > 0 ? ", \(Figures.count(sessions.clashesAvoided)) moved (port in use)" : "")
      + (sessions.clashesRefused > 0 ? ", \(Figures.count(sessions.clashesRefused)) refused (port in use)" : "")
      + (sessions.stateless > 0 ? "; STATELESS MODE: new flows are not stored" : "")
      + (sessions.fullInSeconds.map { "; full in \(Figures.duration($0)) at this rate" } ?? "")
  }

  /// One line a worker and one for the sum: where frames came from and where they went.
  private var conservationText: String {
    var table = TextTable([
      .text("FRAMES"), .number("PORTS"), .number("RINGS"), .number("MADE"), .number("COPIED"), .number("FORWARDED"),
      .number("ANSWERED"), .number("PASSED"), .number("KERNEL"), .number("HANDED OVER"), .number("HELD"),
      .number("DROPPED"), .text("BALANCED"),
    ])
    for account in conservation.workers + [conservation.total] {
      let counts = [
        account.receivedPorts, account.receivedRings, account.originated, account.copied, account.forwarded,
        account.answered, account.passed, account.toKernel, account.handedOver, account.held, account.dropped,
      ]
      table.add(
        [account.worker.map { "worker \($0)" } ?? "all"] + counts.map { Figures.count($0) }
          + [account.balanced ? "yes" : "NO"])
    }
    return table.text
  }

  private var faultText: String {
    faults.isEmpty ? "no faults\n" : faults.map { "FAULT: \($0.message)\n" }.joined()
  }
}
