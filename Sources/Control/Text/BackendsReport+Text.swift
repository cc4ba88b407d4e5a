extension BackendsReport {
  public var text: String { BackendReport.table(backends) }
}

extension ServiceDetailReport {
  public var text: String {
    "service \(service.name): \(service.endpointText), mode \(service.mode), affinity \(service.affinity), "
      + "when empty: \(service.whenEmpty), \(Figures.count(service.maglevSlots)) slots\n\n"
      + BackendReport.table(backends)
  }
}

extension BackendReport {
  /// One line a backend.
  static func table(_ backends: [BackendReport]) -> String {
    guard !backends.isEmpty else { return "no backends\n" }
    var table = TextTable([
      .text("SERVICE"), .text("BACKEND"), .text("ADDRESS"), .text("STATE"), .number("WEIGHT"), .number("SHARE"),
      .number("IDEAL"), .number("SESSIONS"), .number("NEW"), .number("STATELESS"), .number("REQUESTS"),
      .number("BYTES"), .number("REPLIES"), .number("BYTES"), .text("EMPTY IN"),
    ])
    for backend in backends {
      table.add(
        [
          backend.service, backend.name, backend.address, backend.state.rawValue, "\(backend.weight)",
          Figures.percent(backend.share), Figures.percent(backend.idealShare), Figures.count(backend.activeSessions),
          Figures.count(backend.newSessions), Figures.count(backend.traffic.statelessPackets),
        ] + backend.traffic.cells + [backend.emptyText])
    }
    return table.text
  }

  /// When the last session of a draining backend is likely to end.
  private var emptyText: String {
    guard state != .up, state != .failOpen else { return "" }
    guard activeSessions > 0 else { return "empty" }
    guard let draining, let seconds = draining.emptyInSeconds else { return "none has ended yet" }
    return "about " + Figures.duration(seconds)
  }
}
