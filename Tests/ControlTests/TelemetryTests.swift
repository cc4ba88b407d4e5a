@testable import Control
import Counters
import EAL
import Net
import Testing

@Suite struct TelemetryTests {
  private func fields(_ bench: Bench, _ command: String, _ parameters: String = "") -> [String: Telemetry.Value]? {
    guard case .fields(let fields) = InstanceTelemetry.answer(to: command, parameters, of: bench.instance) else {
      return nil
    }
    #expect(fields.count <= Telemetry.fieldLimit)
    for field in fields {
      let isGood = field.name.utf8.allSatisfy { byte in
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/".utf8.contains(byte)
      }
      #expect(isGood, "\(field.name)")
      #expect(field.name.utf8.count < 64)
    }
    return Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
  }

  @Test func `commands have names that DPDK takes`() {
    for command in InstanceTelemetry.commands {
      #expect(command.name.hasPrefix("/sluice/"))
      #expect(command.name.utf8.count < 56)
      #expect(!command.help.isEmpty)
    }
  }

  @Test func `the status has the figures of the status report`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let status = try #require(fields(bench, "/sluice/status"))
    #expect(status["version"] == .text("9.8.7"))
    #expect(status["sessions_active"] == .number(7))
    #expect(status["arrivals"] == .number(2101))
    #expect(status["balanced"] == .number(1))
    bench.loseFrame(worker: 0)
    #expect(fields(bench, "/sluice/status")?["balanced"] == .number(0))
    #expect(fields(bench, "/sluice/status")?["faults"] == .number(1))
  }

  @Test func `workers are columns`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let workers = try #require(fields(bench, "/sluice/workers"))
    #expect(workers["received_ports"] == .numbers([2100, 0]))
    #expect(workers["received_rings"] == .numbers([0, 1]))
    #expect(workers["dropped"] == .numbers([40, 1]))
  }

  @Test func `drops are of all workers, or of one`() throws {
    let bench = try Bench()
    bench.addTraffic()
    #expect(fields(bench, "/sluice/drops")?["truncated_tcp"] == .number(41))
    #expect(fields(bench, "/sluice/drops", "1")?["truncated_tcp"] == .number(1))
    #expect(fields(bench, "/sluice/drops", "1")?["total"] == .number(1))
    for parameters in ["2", "-1", "x", "1,2"] {
      #expect(InstanceTelemetry.answer(to: "/sluice/drops", parameters, of: bench.instance) == .nothing)
    }
  }

  @Test func `services are listed, and one is shown by its name`() throws {
    let bench = try Bench()
    bench.addTraffic()
    let names = InstanceTelemetry.answer(to: "/sluice/services", "", of: bench.instance)
    #expect(names == .names(["web", "10.0.2.101/icmp", "a b/ü"]))
    let web = try #require(fields(bench, "/sluice/services", "web"))
    #expect(web["endpoint"] == .text("10.0.2.100:8000/tcp"))
    #expect(web["new_sessions"] == .number(2))
    #expect(InstanceTelemetry.answer(to: "/sluice/services", "nobody", of: bench.instance) == .nothing)
    #expect(InstanceTelemetry.answer(to: "/sluice/nothing", "", of: bench.instance) == .nothing)
  }

  @Test func `as many names are listed as an answer holds`() throws {
    let long = String(repeating: "n", count: 50)
    let services = (1...1000).map { "- { vip: 10.0.0.1, protocol: tcp, port: \($0), name: \(long)\($0) }\n" }
    let bench = try Bench(Bench.withoutServices + "\nservices:\n" + services.joined())
    guard case .names(let names) = InstanceTelemetry.answer(to: "/sluice/services", "", of: bench.instance) else {
      Issue.record("no names")
      return
    }
    #expect(names.reduce(0) { $0 + $1.utf8.count + 4 } <= InstanceTelemetry.namesRoom)
    #expect((200...Telemetry.arrayLimit).contains(names.count))
  }

  @Test func `ports are shown under their names`() throws {
    let bench = try Bench()
    bench.links[0].update(isUp: true)
    let ports = try #require(fields(bench, "/sluice/ports"))
    #expect(ports["frontend/link"] == .text("up"))
    #expect(ports["frontend/missed"] == .number(15))
    #expect(ports["backend/link"] == .text("unknown"))
    #expect(ports["backend/missed"] == nil)
  }
}
