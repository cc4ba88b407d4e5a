/// The results as JSON: what was measured, and what follows from it. Cycles are time-stamp cycles a packet.
struct ResultDocument: Encodable {
  /// One trial.
  struct Row: Encodable {
    var trial: Measurement
    var cycles: Figure
    /// Input and output alone.
    var transfer: Figure
    /// Millions of packets a second of all workers that run at once, from the least cycles.
    var megapacketsPerSecond: Double
    /// The yardstick's own cycles.
    var entry16: Figure?
    var flat: Figure?
    /// How many times the cycles of the yardstick's stages; minimum by minimum, and the median of the repetitions'.
    var ofEntry16: Figure?
    var ofFlat: Figure?
    /// Where the yardstick has a stage that does what the scenario asks for.
    var sameStage: Figure?
    var ofSameStage: Figure?

    init(_ trial: Measurement) {
      self.trial = trial
      cycles = trial.cycles
      transfer = trial.transfer
      megapacketsPerSecond = trial.megapackets
      entry16 = trial.reference(\.entry16)
      flat = trial.reference(\.flat)
      ofEntry16 = trial.ratio(to: \.entry16)
      ofFlat = trial.ratio(to: \.flat)
      sameStage = trial.sameStage.flatMap { trial.reference($0) }
      ofSameStage = trial.sameStage.flatMap { trial.ratio(to: $0) }
    }
  }

  var machine: MachineFacts
  var results: [Row]
}
