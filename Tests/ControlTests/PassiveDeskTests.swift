import Counters
@testable import Configuration
@testable import Control
import Net
import Testing

/// Observation from the workers' counters to the tables and the reports.
@Suite struct PassiveDeskTests {
  static let text = """
    ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
    services:
      - { name: web, vip: 10.0.0.1, protocol: tcp, port: 80, health: { type: none, passive: true, passive_window: 2s,
          passive_retry: 30s }, backends: [ 10.0.1.1:80, 10.0.1.2:80, 10.0.1.3:80 ] }
      - { name: plain, vip: 10.0.0.2, protocol: tcp, port: 80, health: { type: none }, backends: [
          10.0.1.1:80, 10.0.1.2:80 ] }

    """

  /// Counts new connections of a backend at one of the workers.
  private func count(_ bench: Bench, _ slot: Int, worker: Int, _ events: [(OpeningEvent, Int)]) {
    for (event, times) in events {
      for _ in 0..<times { bench.backends[worker].add(event, BackendSlot(UInt32(slot))) }
    }
  }

  private func states(_ bench: Bench, _ service: String = "web") throws -> [HealthState] {
    try #require(HealthReport(bench.instance, service: service)).services[0].backends.map(\.state)
  }

  @Test func `87: what all workers saw together takes a backend down, of observed services only, and says why`() throws
  {
    let bench = try Bench(Self.text)
    let desk = bench.instance.health
    desk.lookAtTraffic(of: bench.instance.publisher.state)
    for worker in [0, 1] {
      for slot in [0, 2] { count(bench, slot, worker: worker, [(.attempted, 20), (.answered, 20)]) }
      // Ten are needed, and no worker saw more than eight.
      for slot in [1, 3] { count(bench, slot, worker: worker, [(.attempted, 8), (.refused, 7), (.answered, 1)]) }
      count(bench, 1, worker: worker, [(.repeated, 3)])
      bench.backends[worker].addAnswer(BackendSlot(0), microseconds: 1500)
    }
    desk.lookAtTraffic(of: bench.instance.publisher.state)
    #expect(try states(bench) == [.unknown, .down, .unknown])
    #expect(try states(bench, "plain") == [.unknown, .unknown])
    let report = try #require(HealthReport(bench.instance, service: "web"))
    let backend = report.services[0].backends[1]
    #expect(backend.cause == "passive: 14 of 16 SYNs refused in 1 s" && backend.source == "passive")
    #expect(backend.openings?.refused == 14 && backend.openings?.repeated == 6 && backend.openings?.open == 0)
    #expect(backend.retrySeconds.map { (29...30).contains($0) } == true)
    #expect(report.services[0].passive && report.prober.ejections == 1)
    #expect(report.text.contains("check: none, passive\n"))
    #expect(report.text.contains("  10.0.1.2:80: 16 connections: 2 answered, 14 refused; 6 SYNs repeated\n"))
    #expect(report.text.contains("  10.0.1.1:80: 40 connections: 40 answered; answer in 1.5 ms\n"))
    #expect(bench.instance.publisher.state.services[0].backends.count == 3)
    #expect(desk.events.last == 1)
  }

  @Test func `87: figures of observed services are in the reports and metrics, and no others`() throws {
    let bench = try Bench(Self.text)
    count(bench, 0, worker: 0, [(.attempted, 3), (.answered, 2)])
    bench.backends[0].addAnswer(BackendSlot(0), microseconds: 3)
    bench.backends[1].addAnswer(BackendSlot(0), microseconds: 1000)
    let backends = BackendsReport(Reading(of: bench.instance)).backends
    #expect(backends.map { $0.openings != nil } == [true, true, true, false, false])
    #expect(backends[0].openings?.open == 1 && backends[0].openings?.meanAnswerSeconds == 0.000502)
    let page = String(decoding: MetricsPage.data(Reading(of: bench.instance)), as: UTF8.self)
    let checker = OpenMetricsChecker(page)
    #expect(checker.faults == [])
    let labels = ["service": "web", "backend": "10.0.1.1:80"]
    func value(_ name: String, _ more: [String: String] = [:]) -> Double? {
      checker.values[OpenMetricsChecker.Sample(name: name, labels: labels.merging(more) { $1 })]
    }
    #expect(value("sluice_backend_opening_attempts_total") == 3)
    #expect(value("sluice_backend_answer_seconds_count") == 2)
    #expect(value("sluice_backend_answer_seconds_sum") == 0.001003)
    #expect(value("sluice_backend_answer_seconds_bucket", ["le": "4e-06"]) == 1)
    #expect(value("sluice_backend_answer_seconds_bucket", ["le": "0.001024"]) == 2)
    #expect(!page.contains("sluice_backend_opening_attempts_total{service=\"plain\""))
  }

  @Test func `87: with observation switched off its verdicts are over, where nothing else would end them`() throws {
    let bench = try Bench(Self.text)
    let desk = bench.instance.health
    let publisher = bench.instance.publisher
    desk.observe(
      ServedBackend(
        service: publisher.state.services[0].identity, backend: publisher.state.services[0].backends[0].identity),
      cause: "passive: all")
    #expect(try states(bench) == [.down, .unknown, .unknown])
    var next = publisher.state.configuration
    _ = desk.book.withLock { $0.follow(publisher.state, at: .now) }
    #expect(try states(bench).first == .down)
    next.services[0].health?.passive.isOn = false
    try publisher.publish(next)
    _ = desk.book.withLock { $0.follow(publisher.state, at: .now) }
    #expect(try states(bench).first == .unknown)
  }
}
