import Configuration
@testable import Control
import Net
import Testing

/// When a draining backend is likely to be empty.
@Suite struct DrainTests {
  private let backend = ServedBackend(
    service: ServiceIdentity(vip: IPv4Address(10, 0, 0, 1), protocols: .tcp, port: 80),
    backend: BackendIdentity(address: IPv4Address(10, 0, 1, 1), port: 80))

  @Test func `32: a steady end is foreseen`() throws {
    let watch = DrainWatch()
    let start = ContinuousClock.now
    #expect(watch.report(backend, sessions: 1000, at: start) == nil)
    for second in 0...30 { watch.note([backend: UInt64(1000 - 10 * second)], at: start + .seconds(second)) }
    let report = try #require(watch.report(backend, sessions: 700, at: start + .seconds(30)))
    #expect(report == DrainReport(forSeconds: 30, endedPerSecond: 10, emptyInSeconds: 70))
    #expect(watch.report(backend, sessions: 0, at: start + .seconds(31))?.emptyInSeconds == 0)
  }

  @Test func `32: only the last minute counts`() throws {
    let watch = DrainWatch()
    let start = ContinuousClock.now
    for second in 0...300 {
      watch.note(
        [backend: UInt64(second < 200 ? 10_000 - second : 9800 - 2 * (second - 200))], at: start + .seconds(second))
    }
    let report = try #require(watch.report(backend, sessions: 9600, at: start + .seconds(300)))
    #expect(report.endedPerSecond == 2 && report.emptyInSeconds == 4800 && report.forSeconds == 300)
  }

  @Test func `32: nothing is foreseen while nothing ends, and what no longer drains is forgotten`() throws {
    let watch = DrainWatch()
    let start = ContinuousClock.now
    for second in 0...10 { watch.note([backend: UInt64(50 + second)], at: start + .seconds(second)) }
    let report = try #require(watch.report(backend, sessions: 60, at: start + .seconds(10)))
    #expect(report.endedPerSecond == nil && report.emptyInSeconds == nil)
    watch.note([:], at: start + .seconds(11))
    #expect(watch.report(backend, sessions: 60) == nil)
  }
}
