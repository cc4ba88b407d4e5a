@testable import Control
import Counters
import Foundation
import Net
import Testing

@Suite struct MetricsTests {
  private func check(_ bench: Bench) -> OpenMetricsChecker {
    OpenMetricsChecker(String(decoding: MetricsPage.data(bench.reading), as: UTF8.self))
  }

  private func value(_ checker: OpenMetricsChecker, _ name: String, _ labels: [String: String] = [:]) -> Double? {
    checker.values[.init(name: name, labels: labels)]
  }

  @Test func `the page is strict OpenMetrics, idle or busy`() throws {
    let idle = try Bench()
    #expect(check(idle).faults == [])
    #expect(check(try Bench(Bench.withoutServices)).faults == [])
    idle.addTraffic()
    idle.links[0].update(isUp: true)
    #expect(check(idle).faults == [])
  }

  @Test func `82: workers, ports, services, backends and reasons have their figures`() throws {
    let bench = try Bench()
    bench.addTraffic()
    bench.links[1].update(isUp: false)
    let page = check(bench)
    #expect(value(page, "sluice_build_info", ["version": "9.8.7"]) == 1)
    #expect(value(page, "sluice_generation") == 7)
    #expect(value(page, "sluice_worker_arrived_packets_total", ["worker": "1", "from": "ring"]) == 1)
    #expect(value(page, "sluice_worker_departed_packets_total", ["worker": "0", "to": "forwarded"]) == 2050)
    #expect(value(page, "sluice_worker_dropped_packets_total", ["worker": "0", "reason": "truncated_tcp"]) == 40)
    #expect(value(page, "sluice_worker_passed_packets_total", ["worker": "0", "reason": "arp"]) == 9)
    #expect(value(page, "sluice_worker_balanced", ["worker": "0"]) == 1)
    #expect(value(page, "sluice_worker_active_sessions", ["worker": "1"]) == 2)
    #expect(value(page, "sluice_port_received_bytes_total", ["port": "frontend", "role": "frontend"]) == 1_234_567)
    #expect(value(page, "sluice_port_received_bytes_total", ["port": "backend", "role": "backend"]) == nil)
    #expect(value(page, "sluice_port_link_up", ["port": "backend", "role": "backend"]) == 0)
    #expect(value(page, "sluice_port_link_up", ["port": "frontend", "role": "frontend"]) == nil)
    #expect(value(page, "sluice_service_active_sessions", ["service": "web"]) == 1)
    #expect(value(page, "sluice_service_backends", ["service": "a b/ü"]) == 0)
    let first = ["service": "web", "backend": "10.0.1.2:8002"]
    #expect(value(page, "sluice_backend_request_bytes_total", first) == 200)
    #expect(value(page, "sluice_backend_weight", first) == 10)
  }

  @Test func `91: the arrivals and departures of a worker add up on the page`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let page = check(bench)
    for worker in ["0", "1"] {
      func sum(_ name: String) -> Double {
        page.values.filter { $0.key.name == name && $0.key.labels["worker"] == worker }.reduce(0) { $0 + $1.value }
      }
      let arrived = sum("sluice_worker_arrived_packets_total")
      #expect(arrived == sum("sluice_worker_departed_packets_total") + sum("sluice_worker_held_packets"))
      #expect(arrived > 0)
    }
    bench.loseFrame(worker: 1)
    #expect(value(check(bench), "sluice_worker_balanced", ["worker": "1"]) == 0)
    #expect(value(check(bench), "sluice_faults") == 1)
  }

  @Test(arguments: ["a\"b", "back\\slash", "line\nfeed", "\\n", "ünïcode", "return\r\nfeed", ""])
  func `a label's value survives`(label: String) {
    var text = OpenMetricsText()
    text.family("x", .gauge, "Help with \\ and \" and \n in it.")
    text.sample([("label", label)], 1.5)
    let page = OpenMetricsChecker(String(decoding: text.finished(), as: UTF8.self))
    #expect(page.faults == [])
    #expect(page.values == [.init(name: "x", labels: ["label": label]): 1.5])
  }

  @Test(arguments: [
    "a 1\n# EOF\n", "# TYPE a gauge\n# HELP a h\na 1\n", "# TYPE a counter\n# HELP a h\na 1\n# EOF\n",
    "# TYPE a gauge\n# HELP a h\na{x=\"1\",x=\"2\"} 1\n# EOF\n", "# TYPE a gauge\n# HELP a h\na 1\na 1\n# EOF\n",
    "# TYPE a gauge\n# UNIT a bytes\n# HELP a h\na 1\n# EOF\n", "# TYPE a gauge\n# HELP a h\na one\n# EOF\n",
    "# TYPE a gauge\n# HELP a h\na 1\n# TYPE b gauge\n# HELP b h\nb 1\n# TYPE a gauge\n# EOF\n",
    "# TYPE a gauge\n# HELP a h\na{x=\"\\q\"} 1\n# EOF\n", "# TYPE a gauge\na 1\n# EOF\n",
  ])
  func `the checker finds what is wrong`(text: String) { #expect(OpenMetricsChecker(text).faults != []) }
}
