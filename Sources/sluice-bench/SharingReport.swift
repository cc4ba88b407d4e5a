/// Whether two workers write to one cache line, and what is there.
struct SharingReport {
  private let trial: Trial
  private let lines: TestBed.WrittenLines
  private let zones = MemoryZones()

  init(_ trial: Trial, _ lines: TestBed.WrittenLines) {
    self.trial = trial
    self.lines = lines
  }

  /// What frames on their way from one worker to another use, by DPDK's names: their rings, the frames
  /// themselves, the ring behind the pool they come from and go back to.
  private func isOfHandingOver(_ zone: String) -> Bool {
    trial.scenario == .anywhere
      && (zone.hasPrefix("RG_bench_inbox") || zone.hasSuffix("MP_bench_pool") || zone.hasPrefix("MP_bench_pool_"))
  }

  /// Lines that both write and should not.
  var faults: [UInt] {
    lines.shared.filter { !(zones.name(of: $0).map { isOfHandingOver($0) } ?? false) }.sorted()
  }

  func text() -> String {
    var counts: [String: Int] = [:]
    for line in lines.shared { counts[zones.name(of: line) ?? "elsewhere", default: 0] += 1 }
    let places = counts.sorted { $0.key < $1.key }.map { "\($0.value) in \($0.key)" }.joined(separator: ", ")
    return "\(trial): the first worker writes \(lines.first.count) cache lines, the second \(lines.second.count), both "
      + (counts.isEmpty ? "none" : "\(lines.shared.count) (\(places))")
      + faults.prefix(20).map { "\n  both write \(String($0, radix: 16)), \(zones.name(of: $0) ?? "in no zone")" }
      .joined()
  }
}
