import Foundation

/// The results as text.
struct ResultTable {
  private let results: [Measurement]

  init(_ results: [Measurement]) { self.results = results }

  /// What the columns are.
  static let heading = """
    Time-stamp cycles a packet on one core: minimum and median. Receiving from and sending to null ports (i/o, whose cost \
    alone is shown) is included on both sides, writing the frames into the buffers is taken off on both sides. \
    Bursts of 32, the shortest frames there are, flows in random order.

    """

  func text() -> String {
    var lines = [
      row([
        "scenario", "proto", "flows", "services", "workers", "min", "median", "Mpps", "i/o", "of entry16", "of flat",
        "of same stage",
      ])
    ]
    for result in results {
      let own = result.sameStage.flatMap { result.ratio(to: $0) }
      lines.append(
        row([
          result.scenario.rawValue, result.transport, "\(result.flows)", "\(result.services)", "\(result.workers)",
          tenths(result.cycles.minimum), tenths(result.cycles.median), tenths(result.megapackets),
          tenths(result.transfer.minimum), ratio(result.ratio(to: \.entry16)), ratio(result.ratio(to: \.flat)),
          ratio(own),
        ]))
    }
    return (lines + references()).joined(separator: "\n")
  }

  /// The yardstick's own figures.
  private func references() -> [String] {
    var seen: Set<Int> = []
    var lines: [String] = []
    for result in results where result.repetitions.contains(where: { $0.reference != nil }) {
      guard seen.insert(result.flows).inserted else { continue }
      let peers = results.filter { $0.flows == result.flows }
      func stage(_ name: String, _ stage: (ReferenceFigures) -> Figure) -> String {
        let figures = peers.compactMap { $0.reference(stage) }
        let least = figures.map(\.minimum).min() ?? 0
        return "\(name) \(tenths(least)) (\(tenths(Figure(figures.map(\.median)).median)))"
      }
      lines.append(
        "yardstick, \(result.flows) flows: "
          + [
            stage("i/o", \.transfer), stage("entry16", \.entry16), stage("flat", \.flat),
            stage("stateless", \.stateless), stage("pass", \.passFigure),
          ].joined(separator: ", "))
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  private func row(_ fields: [String]) -> String {
    let widths = [10, 5, 9, 8, 7, 7, 7, 6, 5, 12, 12, 13]
    return zip(fields, widths).enumerated().map { index, pair in
      let space = String(repeating: " ", count: max(0, pair.1 - pair.0.count))
      return index < 2 ? pair.0 + space : space + pair.0
    }.joined(separator: " ")
  }

  private func tenths(_ value: Double) -> String { String(format: "%.1f", value) }

  private func ratio(_ figure: Figure?) -> String {
    figure.map { String(format: "%.2f (%.2f)", $0.minimum, $0.median) } ?? "-"
  }
}
