import Counters

/// What the workers counted while they were timed.
struct Outcome {
  private let before: TallySnapshot
  private let after: TallySnapshot
  private let packets: Int

  init(before: TallySnapshot, after: TallySnapshot, packets: Int) {
    self.before = before
    self.after = after
    self.packets = packets
  }

  private func more(_ counter: Counter) -> Int { Int(after[counter] - before[counter]) }

  /// - Throws: `BenchError` when it is not what the scenario says, so that no figure has a wrong name.
  func check(_ trial: Trial) throws(BenchError) {
    let passed = Int(after.passed - before.passed)
    let left = trial.scenario == .pass ? passed : more(.forwarded)
    guard left == packets else {
      throw .surprise("\(trial): \(packets) packets were sent and \(left) came out as they should")
    }
    let (created, notStored) = (more(.sessionsCreated), more(.sessionsNotStored))
    let isAsNamed =
      switch trial.scenario {
      case .forward, .dsr, .reply, .pass: created == 0
      case .fragments: created == 0 && after[.held] == 0
      case .errors: created == 0 && more(.errorsTranslated) == packets
      // A few find no place in a table as full as it is meant to be.
      case .new: created > packets - packets / 1000 - 2
      case .mix: abs(created - packets / Trial.mixPeriod) <= packets / Trial.mixPeriod / 10
      // The last free places take the strangers in turn.
      case .stateless: notStored > packets - packets / 10
      case .atOwner: created == 0 && more(.handedOver) == 0
      case .anywhere: created == 0 && more(.handedOver) > 0
      case .handOver, .ring: created == 0 && more(.handedOver) == packets
      }
    guard isAsNamed else {
      throw .surprise("\(trial): \(packets) packets made \(created) sessions, and \(notStored) found no place")
    }
  }
}

/// Why the bench stopped: one sentence.
enum BenchError: Error, CustomStringConvertible {
  /// The workers did something else than was to be measured.
  case surprise(String)
  /// The yardstick could not be built, or did not run as it should.
  case reference(String)

  var description: String {
    switch self {
    case .surprise(let sentence), .reference(let sentence): sentence
    }
  }
}
