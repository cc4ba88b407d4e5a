@testable import Control
import Counters
import Foundation
import Net
import Testing

@Suite struct ReportTests {
  @Test func `91: the status balances every worker and their sum`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let status = StatusReport(bench.reading)
    #expect(status.conservation.balanced)
    #expect(status.conservation.workers.map(\.worker) == [0, 1])
    #expect(status.conservation.workers.map(\.arrivals) == [2100, 1])
    #expect(status.conservation.workers.map(\.departures) == [2100, 1])
    #expect(status.conservation.total.arrivals == 2101)
    #expect(status.conservation.total.worker == nil)
    #expect(status.faults.isEmpty)
    #expect(status.text.contains("no faults"))
  }

  @Test func `91: a frame that is not accounted for is a fault`() throws {
    let bench = try Bench()
    bench.addTraffic()
    bench.loseFrame(worker: 1)
    let status = StatusReport(bench.reading)
    #expect(!status.conservation.balanced)
    #expect(status.conservation.workers.map(\.balanced) == [true, false])
    #expect(status.faults.map(\.message) == ["worker 1 took in 2 frames and accounts for 1"])
    #expect(status.faults.map(\.code) == [.conservation])
    #expect(status.text.contains("FAULT: worker 1 took in 2 frames and accounts for 1"))
    #expect(!status.text.contains("no faults"))
  }

  @Test func `a kernel twin that is lost is a fault, as long as its port is there`() throws {
    let bench = try Bench()
    var instance = bench.instance
    let twin = TwinObservation(name: "tw", address: IPv4Address(10, 0, 0, 250), index: PortIndex(2))
    instance.ports[1].twin = twin
    #expect(StatusReport(Reading(of: instance)).faults.isEmpty)
    twin.state.update(isUp: true)
    #expect(StatusReport(Reading(of: instance)).faults.isEmpty)
    twin.state.update(isUp: false)
    let fault = try #require(StatusReport(Reading(of: instance)).faults.first)
    #expect(fault.code == .twinLost && fault.message.contains("port backend") && fault.message.contains("10.0.0.250"))
    instance.ports[1].isThere = { false }
    #expect(StatusReport(Reading(of: instance)).faults.isEmpty)
  }

  @Test func `91: errors of two workers that cancel out are faults all the same`() throws {
    let bench = try Bench()
    bench.loseFrame(worker: 0)
    bench.tallies[1].add(Counter.forwarded)
    bench.tallies[1].publish()
    let status = StatusReport(bench.reading)
    #expect(status.conservation.total.balanced)
    #expect(!status.conservation.balanced)
    #expect(status.faults.map(\.worker) == [0, 1])
  }

  @Test func `the status tells of the instance and never the seed`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let status = StatusReport(bench.reading)
    #expect(status.version == "9.8.7")
    #expect(status.generation == 7)
    #expect(status.hashSeed == .configured)
    let counts: [Int] = [status.workers, status.ports, status.services, status.backends]
    #expect(counts == [2, 2, 3, 4])
    #expect(status.sessions.active == 7)
    #expect(status.sessions.capacity == 131_072)
    #expect(status.sessions.entries == 150_000)
    let json = String(decoding: try status.json(), as: UTF8.self)
    #expect(!json.contains("\(0x5eed)"))
    #expect(!json.lowercased().contains("5eed"))
    let random = try Bench(Bench.text.replacing("hash_seed: 0x5eed", with: ""))
    #expect(StatusReport(random.reading).hashSeed == .random)
  }

  @Test func `82: a service sums its backends over all workers`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let services = ServicesReport(bench.reading).services
    #expect(services.map(\.name) == ["web", "10.0.2.101/icmp", "a b/ü"])
    #expect(services.map(\.port) == [8000, nil, 53])
    #expect(services.map(\.affinity) == ["session", "source_ip", "session"])
    #expect(services.map(\.whenEmpty) == ["pass", "reject", "pass"])
    #expect(services.map(\.backendCount) == [3, 1, 0])
    #expect(services.map(\.usableBackends) == [2, 1, 0])
    #expect(services[0].newSessions == 2)
    #expect(services[0].activeSessions == 1)
    #expect(services[0].traffic.requestBytes == 200)
    #expect(services[0].traffic.replyPackets == 2)
    #expect(services[1].traffic.statelessPackets == 2)
    #expect(services[2].activeSessions == 0)
  }

  @Test func `82: a backend shows its share and its own counters`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let backends = BackendsReport(bench.reading).backends
    #expect(backends.map(\.address) == ["10.0.1.2:8002", "10.0.1.3:8003", "10.0.1.4:8004", "10.0.1.2"])
    #expect(backends.map(\.name).first == "a")
    #expect(backends.map(\.state) == [.up, .up, .drain, .up])
    #expect(backends.prefix(3).reduce(0) { $0 + $1.slots } == 16381)
    #expect(backends.map(\.idealShare) == [0.25, 0.75, 0, 1])
    for backend in backends { #expect(abs(backend.share - backend.idealShare) < 0.0001) }
    #expect(backends.map(\.traffic.requestPackets) == [2, 0, 0, 0])
    #expect(backends.map(\.newSessions) == [0, 2, 0, 0])
    #expect(ServiceDetailReport("web", bench.reading)?.backends == Array(backends.prefix(3)))
    #expect(ServiceDetailReport("nobody", bench.reading) == nil)
  }

  @Test func `a worker shows every counter and its load`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let workers = WorkersReport(bench.reading).workers
    #expect(workers.map(\.worker) == [0, 1])
    #expect(workers.map(\.lcore) == [1, 2])
    #expect(workers.map(\.dropped) == [40, 1])
    #expect(workers[0].cyclesPerPacket == 10)
    #expect(workers[1].receivedRings == 1)
    #expect((0...1).contains(workers[0].busyShare))
    let idle = try Bench()
    #expect(WorkersReport(idle.reading).workers[0].cyclesPerPacket == nil)
  }

  @Test func `a port shows its link, and counters only if its driver has them`() throws {
    let bench = try Bench()
    bench.links[0].update(isUp: true)
    bench.links[1].update(isUp: true)
    bench.links[1].update(isUp: false)
    let ports = PortsReport(bench.reading).ports
    #expect(ports.map(\.link) == [.up, .down])
    #expect(ports.map(\.linkChanges) == [0, 1])
    #expect(ports.map(\.mac) == ["02:00:00:00:00:0a", "02:00:00:00:00:0a"])
    #expect(ports[0].counters?.missed == 15)
    #expect(ports[1].counters == nil)
    #expect(ports[0].device == "net_af_packet0,iface=fe0")
  }

  @Test func `99: a link reports each change once`() {
    let link = LinkState()
    #expect(link.update(isUp: true) == false, "the first observation is no change")
    #expect(link.update(isUp: true) == false)
    #expect(link.update(isUp: false))
    #expect(link.update(isUp: false) == false)
    #expect(link.update(isUp: true))
    #expect(link.current.changes == 2)
  }

  @Test func `82: drops and passes are shown by reason and worker, explained`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let drops = DropsReport(bench.reading)
    #expect(drops.dropped == 41)
    #expect(drops.passed == 9)
    #expect(drops.drops.map(\.reason) == DropReason.allCases.map(\.description))
    #expect(drops.passes.map(\.reason) == PassReason.allCases.map(\.description))
    let truncated = try #require(drops.drops.first { $0.reason == "truncated_tcp" })
    #expect(truncated.count == 41)
    #expect(truncated.workers == [40, 1])
    #expect(truncated.explanation == "shorter than a TCP header")
    for entry in drops.drops + drops.passes { #expect(!entry.explanation.isEmpty) }
  }

  @Test func `every report survives its own JSON`() throws {
    let bench = try Bench()
    bench.addTraffic()
    bench.loseFrame(worker: 0)
    func roundTrip<R: Report>(_ report: R) throws -> Bool {
      let read = try R(json: try report.json())
      return String(decoding: try read.json(), as: UTF8.self) == String(decoding: try report.json(), as: UTF8.self)
    }
    let reading = bench.reading
    #expect(try roundTrip(StatusReport(reading)))
    #expect(try roundTrip(ServicesReport(reading)))
    #expect(try roundTrip(BackendsReport(reading)))
    #expect(try roundTrip(WorkersReport(reading)))
    #expect(try roundTrip(PortsReport(reading)))
    #expect(try roundTrip(DropsReport(reading)))
    #expect(try roundTrip(try #require(ServiceDetailReport("web", reading))))
  }

  @Test func `field names are those of the documentation`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let reading = bench.reading
    let documentation = try ProjectFile.text("docs/api.md")
    for json in [
      try StatusReport(reading).json(), try ServicesReport(reading).json(), try BackendsReport(reading).json(),
      try WorkersReport(reading).json(), try PortsReport(reading).json(), try DropsReport(reading).json(),
      try #require(ServiceDetailReport("web", reading)).json(),
    ] {
      for name in Self.names(in: try JSONSerialization.jsonObject(with: json)) {
        #expect(documentation.contains("`\(name)`"), "\(name) is not in docs/api.md")
      }
    }
  }

  @Test func `field names of changes, sessions and explanations are those of the documentation`() throws {
    let documentation = try ProjectFile.text("docs/api.md")
    let specification = try ProjectFile.text("docs/openapi.yaml")
    for report in ["Change", "ServicePlan", "FieldChange", "Session", "Sessions", "SessionCount", "Explain", "Drain"] {
      let section = try #require(specification.range(of: "\n    \(report):\n"))
      let body = specification[section.upperBound...]
      let end = body.range(of: #"\n    [A-Z]"#, options: .regularExpression)?.lowerBound ?? body.endIndex
      let names = body[..<end].matches(of: /\n {8}([a-z_]+):/).map { String($0.output.1) }
      #expect(!names.isEmpty)
      for name in names { #expect(documentation.contains("`\(name)`"), "\(name) is not in docs/api.md") }
    }
  }

  private static func names(in value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]: object.reduce(into: []) { $0.formUnion([$1.key] + Self.names(in: $1.value)) }
    case let array as [Any]: array.reduce(into: []) { $0.formUnion(Self.names(in: $1)) }
    default: []
    }
  }
}
