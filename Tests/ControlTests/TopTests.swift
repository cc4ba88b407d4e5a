@testable import Control
import Testing

/// The rates of `sluice top`, and what of them a screen shows.
@Suite struct TopTests {
  private func reading(_ bench: Bench, at instant: ContinuousClock.Instant) -> TopReading {
    let reading = bench.reading
    return TopReading(
      status: StatusReport(reading), workers: WorkersReport(reading), services: ServicesReport(reading),
      backends: BackendsReport(reading), drops: DropsReport(reading), instant: instant)
  }

  private func report(seconds: Int = 2) throws -> TopReport {
    let bench = try Bench()
    let start = ContinuousClock.now
    let before = reading(bench, at: start)
    bench.addTraffic()
    return TopReport(from: before, to: reading(bench, at: start + .seconds(seconds)))
  }

  @Test func `rates are differences over the time between`() throws {
    let top = try report()
    #expect(top.intervalSeconds == 2 && top.generation == 7 && top.activeSessions == 7)
    let worker = try #require(top.workers.first)
    #expect(worker.arrivalsPerSecond == 1050 && worker.forwardedPerSecond == 1025 && worker.droppedPerSecond == 20)
    #expect(worker.passedPerSecond == 4.5 && worker.handedOverPerSecond == 0.5)
    #expect(worker.cyclesPerPacket == 10 && worker.activeSessions == 5)
    #expect(worker.busyShare == 0, "21,000 of 4,000,000,000 cycles")
    #expect(top.drops.map(\.reason) == ["truncated_tcp"] && top.drops.first?.perSecond == 20.5)
    #expect(top.services.first?.service == "web" && top.services.first?.newSessionsPerSecond == 1)
    #expect(top.backends.first?.backend == "a" || top.backends.first?.backend == "10.0.1.3:8003")
    #expect(top.backends.first { $0.backend == "10.0.1.3:8003" }?.bytesPerSecond == 1000)
  }

  @Test func `counters that went back did not move`() throws {
    let busy = try Bench()
    busy.addTraffic()
    let start = ContinuousClock.now
    let top = TopReport(from: reading(busy, at: start), to: reading(try Bench(), at: start + .seconds(1)))
    #expect(top.workers.allSatisfy { $0.arrivalsPerSecond == 0 && $0.cyclesPerPacket == nil })
    #expect(top.services.allSatisfy { $0.requestsPerSecond == 0 })
  }

  @Test(arguments: [(24, 80), (10, 40), (1, 1), (200, 300), (5, 500)])
  func `a screen is filled and never overrun`(rows: Int, columns: Int) throws {
    let lines = try report().screen(rows: rows, columns: columns)
    #expect(lines.count <= rows)
    #expect(lines.allSatisfy { $0.count <= columns && !$0.contains("\n") && !$0.contains("\u{1B}") })
    if rows >= 24, columns >= 80 {
      let text = lines.joined(separator: "\n")
      for word in ["WORKER", "truncated_tcp", "SERVICE", "BACKEND", "web"] { #expect(text.contains(word)) }
    }
  }

  @Test func `its text has everything, and its JSON comes back`() throws {
    let top = try report()
    for word in ["1,050", "truncated_tcp", "web", "10.0.1.3:8003", "no faults"] { #expect(top.text.contains(word)) }
    #expect(try TopReport(json: top.json()) == top)
  }
}
