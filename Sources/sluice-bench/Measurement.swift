import EAL

/// The result of one trial: all of its repetitions, each beside the yardstick's of the same minute.
struct Measurement: Codable {
  /// One repetition.
  struct Repetition: Codable {
    /// The product's cycles a packet.
    var cycles: Figure
    /// Input and output alone.
    var transfer: Figure
    /// Right before it.
    var reference: ReferenceFigures?
  }

  var scenario: Scenario
  var transport: String
  var flows: Int
  var workers: Int
  var services: Int
  var backendsPerService: Int
  var repetitions: [Repetition]

  init(_ trial: Trial) {
    scenario = trial.scenario
    transport = trial.transport.description
    flows = trial.flows
    workers = trial.workers
    services = trial.services
    backendsPerService = trial.backends
    repetitions = []
  }

  mutating func add(_ sample: Sample, _ reference: ReferenceFigures?) {
    // What the second worker does begins at its ring.
    let cycles = sample.figure(writes: scenario != .ring)
    repetitions.append(Repetition(cycles: cycles, transfer: Figure(sample.transfer), reference: reference))
  }

  /// Cycles a packet: the least, and the median of the repetitions' medians.
  var cycles: Figure { Self.figure(repetitions.map(\.cycles)) }

  /// Input and output alone.
  var transfer: Figure { Self.figure(repetitions.map(\.transfer)) }

  /// Millions of packets a second of all workers that run at once, from the least cycles.
  var megapackets: Double { Double(Clock.frequency) / 1e6 / cycles.minimum * Double(scenario.isParallel ? workers : 1) }

  /// How many times the cycles of a stage of the yardstick: least by least, and the median of the repetitions'
  /// own ratios.
  func ratio(to stage: (ReferenceFigures) -> Figure) -> Figure? {
    let pairs = repetitions.compactMap { each in each.reference.map { (each.cycles, stage($0)) } }
    guard let least = pairs.map(\.1.minimum).min() else { return nil }
    return Figure(
      minimum: cycles.minimum / least, median: Figure(pairs.map { $0.0.median / $0.1.median }).median)
  }

  /// The stage of the yardstick that does the same as the scenario, where it is neither `entry16` nor `flat`.
  var sameStage: ((ReferenceFigures) -> Figure)? {
    switch scenario {
    case .pass: \.passFigure
    case .stateless: \.stateless
    default: nil
    }
  }

  /// The yardstick's cycles of a stage.
  func reference(_ stage: (ReferenceFigures) -> Figure) -> Figure? {
    let figures = repetitions.compactMap { $0.reference.map(stage) }
    return figures.isEmpty ? nil : Self.figure(figures)
  }

  private static func figure(_ all: [Figure]) -> Figure {
    Figure(minimum: all.map(\.minimum).min() ?? 0, median: Figure(all.map(\.median)).median)
  }
}
