import Counters
import EAL

/// What is timed.
extension TestBed {
  /// Bursts that one worker may hand over before the other takes them.
  private static let burstsPerTurn = 32

  /// Packets of one round: a template, or what the table still takes.
  static func packetsPerRound(_ trial: Trial) -> Int {
    guard trial.scenario == .new else { return FrameSource.count }
    return parts(trial).reduce(0, +) * fills(trial)
  }

  /// The templates that fill an empty table once, in packets.
  private static func parts(_ trial: Trial) -> [Int] {
    guard trial.scenario == .new else { return [FrameSource.count] }
    return stride(from: 0, to: trial.flows, by: FrameSource.count).map {
      min(FrameSource.count, trial.flows - $0) / burst * burst
    }.filter { $0 > 0 }
  }

  /// How often a small table is filled in one round.
  private static func fills(_ trial: Trial) -> Int {
    trial.scenario == .new ? max(1, FrameSource.count / trial.flows) : 1
  }

  /// Times some rounds. To be called once the bed is warm.
  ///
  /// - Throws: `BenchError` when the workers did something else than the scenario says.
  func measure(rounds: Int) throws -> Sample {
    var sample = Sample()
    let before = counters
    for _ in 0..<rounds {
      sample.loop.append(trial.scenario.isParallel ? try timeParallel(&sample.packets) : timeLoop(&sample.packets))
      sources[0].attach(port: ports.talking.id, queue: 0)
      sample.transferAndWriting.append(time(FrameSource.count / Self.burst, transfer) / Double(FrameSource.count))
      sources[0].detach()
      sample.transfer.append(time(FrameSource.count / Self.burst, transfer) / Double(FrameSource.count))
    }
    try Outcome(before: before, after: counters, packets: sample.packets).check(trial)
    return sample
  }

  /// One round of the loop, in cycles a packet; the writing of templates and forgetting are not timed.
  private func timeLoop(_ packets: inout Int) -> Double {
    var cycles = 0.0
    var sent = 0
    for _ in 0..<Self.fills(trial) {
      for part in Self.parts(trial) {
        sources[0].fill(part) { write($0, $1, for: 0) }
        sources[0].attach(port: ports.talking.id, queue: 0)
        cycles += trial.scenario.handsOver ? timeTurns(part / Self.burst) : time(part / Self.burst) { breathe() }
        sources[0].detach()
        sent += part
      }
      if trial.scenario == .new { forget() }
    }
    packets += sent
    return cycles / Double(sent)
  }

  /// The first worker's turns or the second's, whichever the scenario is about, in alternation.
  private func timeTurns(_ bursts: Int) -> Double {
    var cycles = 0.0
    for _ in 0..<bursts / Self.burstsPerTurn {
      let giving = time(Self.burstsPerTurn) { breathe(0) }
      let taking = time(Self.burstsPerTurn) { breathe(1) }
      cycles += trial.scenario == .ring ? taking : giving
    }
    return cycles
  }

  /// Cycles of all the repetitions.
  @inline(__always)
  private func time(_ repetitions: Int, _ body: () -> Void) -> Double {
    let start = Clock.now()
    for _ in 0..<repetitions { body() }
    return Double(Clock.now() - start)
  }
}
