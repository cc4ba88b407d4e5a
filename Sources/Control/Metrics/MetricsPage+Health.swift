import Configuration

extension MetricsPage {
  /// Whether the backends work, and what asks them.
  static func health(_ reading: Reading, _ text: inout OpenMetricsText) {
    let desk = reading.instance.health
    let prober = ProberReport(desk)
    text.family("sluice_health_checks", .counter, "Checks made, by how they ended.")
    text.sample([("outcome", "passed")], prober.passed)
    text.sample([("outcome", "failed")], prober.failed)
    text.sample([("outcome", "inconclusive")], prober.inconclusive)
    text.family("sluice_health_running_checks", .gauge, "Checks under way.")
    text.sample([], UInt64(prober.running))
    text.family("sluice_health_queued_checks", .gauge, "Checks that wait for a socket.")
    text.sample([], UInt64(prober.queued))
    text.family("sluice_health_lateness_seconds", .gauge, unit: "seconds", "How late checks began, the most lately.")
    text.sample([], prober.worstLatenessSeconds)
    text.family("sluice_health_transitions", .counter, "Changes of a backend's state.")
    text.sample([], prober.transitions)
    text.family("sluice_health_ejections", .counter, "Backends taken down by passive observation.")
    text.sample([], prober.ejections)
    text.family("sluice_health_table_swaps", .counter, "Table swaps that followed changes of state.")
    text.sample([], prober.tableSwaps)
    services(reading, desk, &text)
  }

  private static func services(_ reading: Reading, _ desk: HealthDesk, _ text: inout OpenMetricsText) {
    let watched = reading.state.services.filter { $0.settings.health != nil }
    text.family("sluice_service_fail_open", .gauge, "1: too few backends are up, so that all are used.")
    for service in watched { text.sample([("service", service.name)], UInt64(service.pool.isFailOpen ? 1 : 0)) }
    text.family("sluice_backend_up", .gauge, "1: it works, as far as is known; 0: it does not, or shall not.")
    for service in watched {
      for backend in service.settings.backends {
        let condition = service.conditions[backend.identity] ?? .up
        text.sample(
          [("service", service.name), ("backend", backend.identity.description)], UInt64(condition.isUp ? 1 : 0))
      }
    }
  }
}
