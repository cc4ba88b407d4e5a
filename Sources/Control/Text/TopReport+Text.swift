extension TopReport {
  public var text: String { ([headline] + sections.map { "\n" + $0 }).joined() }

  /// As much of the text as a terminal shows: no line longer than `columns`, `rows` lines at most. Workers and drops
  /// come first; services and backends share what is left.
  public func screen(rows: Int, columns: Int) -> [String] {
    let head = [headline, "", workerTable, "", dropTable, ""].flatMap(Self.lines)
    let left = max(0, rows - head.count - 1)
    let services = Self.lines(serviceTable)
    let backends = Self.lines(backendTable)
    let shown = min(services.count, max(left / 3, left - backends.count))
    let body = services.prefix(shown) + [""] + backends.prefix(left - shown)
    return (head + body).prefix(rows).map { String($0.prefix(columns)) }
  }

  private static func lines(_ text: String) -> [String] {
    text.isEmpty ? [""] : text.split(separator: "\n").map(String.init)
  }

  private var sections: [String] { [workerTable, dropTable, serviceTable, backendTable] }

  private var headline: String {
    let arrivals = workers.reduce(0) { $0 + $1.arrivalsPerSecond }
    let fault = faults.isEmpty ? "no faults" : "FAULTS: " + faults.map(\.message).joined(separator: "; ")
    return "sluice \(version), up \(Figures.duration(uptimeSeconds)), generation \(generation): "
      + "\(Figures.count(activeSessions)) sessions, \(Self.rate(arrivals)) frames/s, \(fault)\n"
  }

  private var workerTable: String {
    var table = TextTable([
      .number("WORKER"), .number("BUSY"), .number("CYCLES/FRAME"), .number("FRAMES/ROUND"), .number("IN/S"),
      .number("FORWARDED/S"), .number("PASSED/S"), .number("HANDED OVER/S"), .number("DROPPED/S"), .number("SESSIONS"),
    ])
    for worker in workers {
      table.add(
        [
          "\(worker.worker)", Figures.percent(worker.busyShare),
          worker.cyclesPerPacket.map { Figures.decimal($0, places: 1) } ?? "-",
          worker.framesPerRound.map { Figures.decimal($0, places: 1) } ?? "-",
        ]
          + [
            worker.arrivalsPerSecond, worker.forwardedPerSecond, worker.passedPerSecond, worker.handedOverPerSecond,
            worker.droppedPerSecond,
          ].map(Self.rate) + [Figures.count(worker.activeSessions)])
    }
    return table.text
  }

  private var dropTable: String {
    guard !drops.isEmpty else { return "nothing dropped\n" }
    var table = TextTable([.text("DROPPED"), .number("FRAMES/S"), .number("TOTAL")])
    for drop in drops { table.add([drop.reason, Self.rate(drop.perSecond), Figures.count(drop.total)]) }
    return table.text
  }

  private var serviceTable: String {
    guard !services.isEmpty else { return "no services\n" }
    var table = TextTable([.text("SERVICE")] + Self.trafficColumns)
    for service in services { table.add([service.service] + service.cells) }
    return table.text
  }

  private var backendTable: String {
    guard !backends.isEmpty else { return "no backends\n" }
    var table = TextTable([.text("SERVICE"), .text("BACKEND"), .text("STATE")] + Self.trafficColumns)
    for backend in backends {
      table.add([backend.service, backend.backend ?? "", backend.state ?? ""] + backend.cells)
    }
    return table.text
  }

  private static var trafficColumns: [TextTable.Column] {
    [.number("SESSIONS"), .number("NEW/S"), .number("REQUESTS/S"), .number("REPLIES/S"), .number("BYTES/S")]
  }

  fileprivate static func rate(_ value: Double) -> String {
    Figures.decimal(value, places: value < 99.95 && value > 0 ? 1 : 0)
  }
}

extension TopReport.Traffic {
  fileprivate var cells: [String] {
    [
      Figures.count(activeSessions), TopReport.rate(newSessionsPerSecond), TopReport.rate(requestsPerSecond),
      TopReport.rate(repliesPerSecond), Figures.bytes(UInt64(max(0, bytesPerSecond))),
    ]
  }
}
