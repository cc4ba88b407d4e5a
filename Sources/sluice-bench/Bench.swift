import ArgumentParser
import EAL
import Foundation
import Net
import Synchronization

/// The `sluice-bench` command: cycles a packet of the worker's own loop.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice-bench",
    abstract: "Measure cycles per packet of the worker's loop between two null ports.",
    discussion: """
      Drives the loop that 'sluice run' runs. docs/performance.md says what is timed and how the yardstick is \
      made comparable.
      """)

  @Option(help: "Numbers of flows, separated by commas.") var flows = "1,1000,100000,1000000"
  @Option(help: "Scenarios, separated by commas: \(Scenario.allCases.map(\.rawValue).joined(separator: ", ")).")
  var scenarios = Scenario.allCases.map(\.rawValue).joined(separator: ",")
  @Option(help: "Transports, separated by commas: udp, tcp, icmp (echoes).") var transports = "udp"
  @Option(help: "Numbers of services, separated by commas.") var services = "1"
  @Option(help: "Numbers of workers for the scenarios in which all run at once, separated by commas.")
  var workers = "1,2"
  @Option(help: "Rounds of a repetition; each sends 65536 packets.") var rounds = 5
  @Option(help: "Repetitions, each with rounds of the yardstick and rounds of every scenario.") var repetitions = 3
  @Option(help: "Directory of the yardstick's sources, to be compiled and run in alternation.") var reference: String?
  @Option(help: "Megabytes of memory for tables and buffers; 0: what the largest table needs.") var memory: UInt64 = 0
  @Flag(help: "A few figures in well under a minute.") var quick = false
  @Flag(help: "Measure nothing; run two workers and report cache lines that both write.") var sharing = false
  @Option(help: "Measure nothing else; fill, churn and age a session table of so many flows.") var table: Int?
  @Flag(help: "Use ordinary pages, as an instruction counter needs; cycles mean little then.") var noHugePages = false
  @Flag(help: "Print JSON.") var json = false

  /// On a thread of its own, as the product's workers are: where the stack of the main thread begins hangs on the
  /// environment variables, and with that how many cache lines the loop's own variables lie in.
  func run() throws {
    let outcome = Mutex<Result<Void, any Error>>(.success(()))
    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let result = Result { try runOnThread() }
      outcome.withLock { $0 = result }
      isDone.signal()
    }
    isDone.wait()
    try outcome.withLock { try $0.get() }
  }

  private func runOnThread() throws {
    if let table { return try runTable(table) }
    let trials = try sharing ? sharingTrials : trials()
    let yardstick = try reference.map { try Reference(sources: $0) }
    let environment = try Environment.start(environmentSettings(trials))
    defer { environment.stop() }
    for remark in environment.remarks { progress(remark) }
    let facts = MachineFacts.read(environment)
    let ports = try BenchPorts(workers: trials.map(\.workers).max() ?? 1)
    if sharing { return try reportSharing(trials, ports) }
    let results = try measure(trials, yardstick, ports: ports)
    if json { try printJSON(facts, results) } else { print(ResultTable.heading + ResultTable(results).text()) }
  }

  /// Size by size, and within a size repetition by repetition, so that what is compared is close in time.
  private func measure(_ trials: [Trial], _ yardstick: Reference?, ports: BenchPorts) throws -> [Measurement] {
    var results = trials.map { Measurement($0) }
    var sizes: [Int] = []
    for trial in trials where !sizes.contains(trial.flows) { sizes.append(trial.flows) }
    for size in sizes {
      for repetition in 1...repetitions {
        var figures: ReferenceFigures?
        if let yardstick, Reference.sizes.contains(size) {
          progress("\(size) flows, \(repetition) of \(repetitions): yardstick …")
          figures = try yardstick.measure(flows: size, rounds: rounds)
        }
        for (index, trial) in trials.enumerated() where trial.flows == size {
          progress("\(size) flows, \(repetition) of \(repetitions): \(trial) …")
          let packets = rounds * TestBed.packetsPerRound(trial)
          let bed = try TestBed(trial, ports: ports, packets: packets)
          bed.warmUp()
          results[index].add(try bed.measure(rounds: rounds), figures)
        }
      }
    }
    return results
  }

  private func runTable(_ flows: Int) throws {
    guard (1024...200_000_000).contains(flows) else {
      throw ValidationError("--table takes a number of flows from 1024 to 200000000.")
    }
    let trial = TableTrial(flows: flows)
    let environment = try Environment.start(environmentSettings(workers: 1, needed: trial.bytes))
    defer { environment.stop() }
    for remark in environment.remarks { progress(remark) }
    print(try trial.run(BenchPorts(workers: 1), usesHugePages: environment.usesHugePages))
  }

  private var sharingTrials: [Trial] {
    [Scenario.atOwner, .anywhere].map { Trial(scenario: $0, transport: .udp, flows: 1000, services: 1, workers: 2) }
  }

  /// - Throws: `BenchError` when workers write lines in common that have nothing to do with handing over.
  private func reportSharing(_ trials: [Trial], _ ports: BenchPorts) throws {
    var faults = 0
    for trial in trials {
      let bed = try TestBed(trial, ports: ports, packets: 0)
      bed.warmUp()
      let report = SharingReport(trial, try bed.writtenLines(turns: 16))
      print(report.text())
      faults += report.faults.count
    }
    guard faults == 0 else { throw BenchError.surprise("\(faults) cache lines are written by both workers") }
  }

  private func trials() throws -> [Trial] {
    let counts = try numbers(quick ? "1000,100000" : flows, 1...100_000_000, "--flows")
    let services = try numbers(services, 1...10000, "--services")
    let workers = try numbers(workers, 1...ProcessInfo.processInfo.activeProcessorCount, "--workers")
    let scenarios = try list(quick ? "forward,reply,new,pass" : scenarios, "--scenarios") { Scenario(rawValue: $0) }
    let transports = try list(transports, "--transports") { TransportProtocol(name: $0) }
    guard (1...1000).contains(rounds), (1...1000).contains(repetitions) else {
      throw ValidationError("--rounds and --repetitions take numbers from 1 to 1000.")
    }
    var trials: [Trial] = []
    for count in counts {
      for services in services {
        for transport in transports {
          for scenario in scenarios where count >= 1000 || !scenario.opensSessions && !scenario.isParallel {
            for workers in workerCounts(of: scenario, workers) {
              trials.append(
                Trial(scenario: scenario, transport: transport, flows: count, services: services, workers: workers))
            }
          }
        }
      }
    }
    return trials
  }

  private func workerCounts(of scenario: Scenario, _ counts: [Int]) -> [Int] {
    switch scenario {
    case .atOwner: counts
    case .anywhere: counts.filter { $0 > 1 }
    default: [scenario.handsOver ? 2 : 1]
    }
  }

  private func numbers(_ text: String, _ range: ClosedRange<Int>, _ option: String) throws -> [Int] {
    try list(text, option) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
  }

  private func list<Element>(_ text: String, _ option: String, _ read: (String) -> Element?) throws -> [Element] {
    try text.split(separator: ",").map {
      guard let element = read(String($0)) else { throw ValidationError("\(option) does not know '\($0)'.") }
      return element
    }
  }

  private func environmentSettings(_ trials: [Trial]) -> EnvironmentSettings {
    let needed = trials.map { TestBed.bytes($0, packets: rounds * TestBed.packetsPerRound($0)) }.max() ?? 0
    return environmentSettings(workers: trials.map(\.workers).max() ?? 1, needed: needed)
  }

  private func environmentSettings(workers: Int, needed: UInt64) -> EnvironmentSettings {
    // The yardstick runs on CPU 1; so does the bench, where there is one.
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let cores = (0..<workers).map {
      EnvironmentSettings.Lcore(id: BenchPorts.lcore($0), cpu: UInt32($0 % processors))
    }
    let cpu: UInt32 = processors > 1 ? 1 : 0
    return EnvironmentSettings(
      mainLcore: cpu, workers: cores, hugePages: noHugePages ? .off : .automatic,
      memory: memory == 0 ? needed : memory << 20, capture: false, filePrefix: "sluice-bench-\(getpid())",
      pciDevices: [], extraArguments: ["--no-telemetry"])
  }

  private func printJSON(_ facts: MachineFacts, _ results: [Measurement]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let document = ResultDocument(machine: facts, results: results.map { ResultDocument.Row($0) })
    print(String(decoding: try encoder.encode(document), as: UTF8.self))
  }

  private func progress(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
