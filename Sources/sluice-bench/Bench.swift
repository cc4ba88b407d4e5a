import ArgumentParser
import EAL
import Foundation

/// The `sluice-bench` command: cycles a packet of the worker's own functions.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice-bench",
    abstract: "Measure cycles per packet of the worker loop between two net_ring ports.",
    discussion: """
      Drives the functions that 'sluice run' runs. Frames are written into mbufs outside the timed part; a burst of \
      32 is timed at a time. Prints the minimum and the median of the rounds in time-stamp cycles, input and output \
      included, and the cost of input and output alone.
      """)

  @Option(help: "Numbers of flows, separated by commas.") var flows = "1,1000,100000,1000000"
  @Option(help: "Scenarios, separated by commas: forward, reply, new, pass.") var scenarios = "forward,reply,new,pass"
  @Option(help: "Rounds per figure; each sends 65536 packets.") var rounds = 7
  @Option(help: "Megabytes of memory for tables and buffers.") var memory: UInt64 = 400
  @Flag(help: "Use ordinary pages, as an instruction counter needs; cycles mean little then.") var noHugePages = false
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let counts = flows.split(separator: ",").compactMap { Int($0) }
    guard !counts.isEmpty, counts.allSatisfy({ (1...100_000_000).contains($0) }), rounds > 0 else {
      throw ValidationError("--flows takes numbers from 1 to 100000000, --rounds a number above 0.")
    }
    let chosen = scenarios.split(separator: ",").map { Scenario(rawValue: String($0)) }
    guard chosen.allSatisfy({ $0 != nil }) else {
      throw ValidationError("--scenarios knows forward, reply, new and pass.")
    }
    let environment = try Environment.start(
      EnvironmentSettings(
        mainLcore: 0, workers: [.init(id: 1, cpu: 0)], hugePages: noHugePages ? .off : .automatic, memory: memory << 20,
        capture: false,
        filePrefix: "sluice-bench-\(getpid())", pciDevices: [], extraArguments: ["--no-telemetry"]))
    defer { environment.stop() }
    for remark in environment.remarks { progress(remark) }
    let ports = try BenchPorts()
    var results: [Measurement] = []
    for count in counts {
      for scenario in chosen.compactMap(\.self) where count > 1 || scenario != .new {
        progress("\(scenario.rawValue), \(count) flows …")
        results.append(try Wire(flows: count, scenario: scenario, ports: ports).measure(rounds: rounds))
      }
    }
    if json { try printJSON(results) } else { printTable(results) }
  }

  private func printTable(_ results: [Measurement]) {
    print("scenario      flows        cycles min  median      io     net  created  stored")
    for result in results {
      let fields = [
        result.scenario.padding(toLength: 12, withPad: " ", startingAt: 0), pad("\(result.flows)", 9),
        pad(tenths(result.minimum), 13), pad(tenths(result.median), 7), pad(tenths(result.io), 7),
        pad(tenths(result.minimum - result.io), 7), pad("\(result.created)", 8), pad("\(result.active)", 8),
      ]
      print(fields.joined(separator: " "))
    }
  }

  private func printJSON(_ results: [Measurement]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(results), as: UTF8.self))
  }

  private func tenths(_ value: Double) -> String { String(format: "%.1f", value) }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func progress(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
