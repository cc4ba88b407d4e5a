extension DropsReport {
  public var text: String {
    Self.table("DROPPED", drops, total: dropped) + "\n" + Self.table("PASSED UNCHANGED", passes, total: passed)
  }

  /// The reasons that occurred, the most frequent first, and their sum.
  private static func table(_ title: String, _ entries: [Entry], total: UInt64) -> String {
    let workers = (entries.first?.workers.count ?? 0)
    let perWorker = workers > 1 ? (0..<workers).map { TextTable.Column.number("WORKER \($0)") } : []
    var table = TextTable([.text(title), .number("FRAMES")] + perWorker + [.text("WHY")])
    let met = entries.enumerated().filter { $0.element.count > 0 }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
    for (_, entry) in met {
      let shares = workers > 1 ? entry.workers.map { Figures.count($0) } : []
      table.add([entry.reason, Figures.count(entry.count)] + shares + [entry.explanation])
    }
    table.add(["total", Figures.count(total)] + perWorker.map { _ in "" } + [""])
    return table.text
  }
}
