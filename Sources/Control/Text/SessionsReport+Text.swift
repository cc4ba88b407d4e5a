extension SessionsReport {
  public var text: String {
    let remark = complete ? "" : silentWorkers.isEmpty ? " (there are more: --limit)" : ""
    return table + "\(Figures.count(count)) sessions\(remark)\n" + SessionCountReport.silence(silentWorkers)
  }

  private var table: String {
    guard !sessions.isEmpty else { return "" }
    var table = TextTable([
      .text("CLIENT"), .text("PROTOCOL"), .text("SERVICE"), .text("BACKEND"), .text("PHASE"), .number("IDLE"),
      .number("ENDS IN"), .number("WORKER"),
    ])
    for session in sessions {
      table.add([
        "\(session.client):\(session.clientPort)", session.protocol, session.service,
        session.backend + (session.kind == "flow" ? "" : " (\(session.kind))"), session.phase,
        Self.seconds(session.idleSeconds), Self.seconds(session.expiresInSeconds), "\(session.worker)",
      ])
    }
    return table.text
  }

  private static func seconds(_ value: Double) -> String { Figures.decimal(value, places: 1) + " s" }
}

extension SessionCountReport {
  public var text: String {
    "\(Figures.count(count)) sessions\(flushed ? " flushed" : "")\n" + Self.silence(silentWorkers)
  }

  /// Says whose sessions are missing.
  static func silence(_ workers: [Int]) -> String {
    workers.map { "worker \($0) does not answer: its sessions are missing here\n" }.joined()
  }
}
