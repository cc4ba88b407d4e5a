extension WorkersReport {
  public var text: String {
    var load = TextTable([
      .number("WORKER"), .number("LCORE"), .number("CPU"), .number("NUMA"), .number("BUSY"), .number("CYCLES/PACKET"),
      .number("POLLS"), .number("BUSY POLLS"), .text("QUEUES"),
    ])
    var frames = TextTable([
      .number("WORKER"), .number("PORTS"), .number("RINGS"), .number("MADE"), .number("COPIED"),
      .number("FORWARDED"), .number("ANSWERED"), .number("PASSED"), .number("KERNEL"), .number("HANDED OVER"),
      .number("HELD"), .number("DROPPED"), .text("BALANCED"),
    ])
    var sessions = TextTable([
      .number("WORKER"), .number("SESSIONS"), .number("OF"), .number("PEAK"), .number("FULL IN"), .number("CREATED"),
      .number("EXPIRED"), .number("EVICTED"), .number("KILLED"), .number("FLUSHED"), .number("NOT STORED"),
      .number("ADOPTED"), .number("LEFT OUT"), .text("STATELESS"),
    ])
    for worker in workers {
      load.add([
        "\(worker.worker)", "\(worker.lcore)", "\(worker.cpu)", worker.numaNode < 0 ? "any" : "\(worker.numaNode)",
        Figures.percent(worker.busyShare), worker.cyclesPerPacket.map { Figures.decimal($0, places: 1) } ?? "-",
        Figures.count(worker.polls), Figures.count(worker.busyPolls), worker.queues,
      ])
      let counts = [
        worker.receivedPorts, worker.receivedRings, worker.originated, worker.copied, worker.forwarded,
        worker.answered, worker.passed, worker.toKernel, worker.handedOver, worker.held, worker.dropped,
      ]
      frames.add(["\(worker.worker)"] + counts.map { Figures.count($0) } + [worker.balanced ? "yes" : "NO"])
      sessions.add(["\(worker.worker)"] + Self.cells(of: worker.sessions))
    }
    return [load.text, frames.text, sessions.text].joined(separator: "\n")
  }

  private static func cells(of sessions: SessionFigures) -> [String] {
    [
      Figures.count(sessions.active), Figures.count(sessions.capacity), Figures.count(sessions.peak),
      sessions.fullInSeconds.map { Figures.duration($0) } ?? "-",
    ]
      + [
        sessions.created, sessions.expired, sessions.evicted, sessions.killed, sessions.flushed, sessions.notStored,
        sessions.adoptedRequests + sessions.adoptedReplies, sessions.leftOut,
      ].map { Figures.count($0) } + [sessions.stateless > 0 ? "yes" : "no"]
  }
}
