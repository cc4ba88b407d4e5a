import Configuration
import Dispatch
import Logging
import Synchronization

/// Makes every change of the running configuration: one after another, on a queue of its own, so that neither a worker
/// nor a client of the socket ever waits for another's change, and a client that is gone holds up nobody.
///
/// A change is checked, built and published, or refused with nothing changed.
public final class ChangeDesk: Sendable {
  typealias Outcome = Result<ChangeReport, ControlRefusal>

  /// Orders that may wait; further ones are told to come again.
  static let room = 64

  private struct State {
    /// What was in force before the last change.
    var before: Configuration?
  }

  // Set at start, never changed.
  private let instance: Instance
  private let file: String?
  private let log: Logger
  private let queue = DispatchQueue(label: "sluice.changes")
  // Any thread.
  private let waiting = Atomic<Int>(0)
  private let isClosed = Atomic(false)
  // The queue only.
  private let state: Mutex<State>

  /// The desk of a running instance.
  ///
  /// - Parameter file: the file that the instance was started with: what a bare reload reads, and where changes are
  ///   saved.
  public init(instance: Instance, file: String?, log: Logger) {
    self.instance = instance
    self.file = file
    self.log = log
    state = Mutex(State())
  }

  /// Has an order carried out, and calls back once, on the desk's queue; at once when the order is not even taken.
  func submit(_ order: ChangeOrder, _ terms: ChangeTerms, then done: @escaping @Sendable (Outcome) -> Void) {
    guard !isClosed.load(ordering: .acquiring) else { return done(.failure(Self.stopping)) }
    guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.room else {
      waiting.wrappingSubtract(1, ordering: .relaxed)
      return done(.failure(ControlRefusal(.serviceUnavailable, "busy", "too many changes wait already: try again")))
    }
    queue.async {
      self.waiting.wrappingSubtract(1, ordering: .relaxed)
      done(self.perform(order, terms))
    }
  }

  /// Has other work done in its turn among the changes; nothing when it is not even taken.
  func submit(_ work: @escaping @Sendable (ControlRefusal?) -> Void) {
    guard !isClosed.load(ordering: .acquiring) else { return work(Self.stopping) }
    queue.async { work(self.isClosed.load(ordering: .acquiring) ? Self.stopping : nil) }
  }

  /// Waits for the change that is being made, and makes no more.
  func close() {
    isClosed.store(true, ordering: .releasing)
    queue.sync {}
  }

  private static let stopping = ControlRefusal(.serviceUnavailable, "stopping", "this sluice stops")

  /// Carries an order out; sleeps while workers let go of the old tables. Not to be called on an event loop.
  func perform(_ order: ChangeOrder, _ terms: ChangeTerms) -> Outcome {
    let began = ContinuousClock.now
    return state.withLock { state in
      Outcome { () throws(ControlRefusal) in
        guard !isClosed.load(ordering: .acquiring) else { throw Self.stopping }
        let running = instance.publisher.state
        try Self.check(terms, against: running)
        let target = try self.target(of: order, running, state)
        let kills = try Self.kills(of: order, terms, from: running, to: target.configuration)
        guard order.isForReal else { return try plan(target, kills, running) }
        let saved = try terms.saves ? SavedFile(target.configuration, at: startFile()) : nil
        var report: ChangeReport
        if target.configuration != running.configuration || !kills.isEmpty {
          report = try publish(order, terms, target, kills, running)
          report.milliseconds = ((ContinuousClock.now - began) / .milliseconds(1) * 100).rounded() / 100
          state.before = running.configuration
        } else {
          report = ChangeReport(from: running, to: running, warnings: target.warnings, [], Reading(of: instance))
        }
        if let saved { Self.commit(saved, &report) }
        if report.applied { log.info("\(report.logLine)") }
        return report
      }
    }
  }

  /// Lets go of backends and services that have left and have no sessions any more. To be called about once a second;
  /// returns at once.
  public func settle() {
    queue.async {
      self.state.withLock { _ in
        guard !self.isClosed.load(ordering: .acquiring) else { return }
        do throws(PublishError) {
          try self.instance.publisher.settle()
        } catch {
          self.log.warning("\(error)")
        }
      }
    }
  }

  private static func check(_ terms: ChangeTerms, against running: RunningState) throws(ControlRefusal) {
    guard let wanted = terms.generation, wanted != running.generation else { return }
    throw ControlRefusal(
      .preconditionFailed, "stale_generation",
      "generation \(running.generation) is in force, not \(wanted): look again at what you change", field: "If-Match")
  }

  /// What a reload must not do.
  private static func check(
    _ report: ChangeReport, of order: ChangeOrder, _ terms: ChangeTerms
  ) throws(ControlRefusal) {
    if let first = report.needsRestart.first {
      let keys = report.needsRestart.map(\.key).joined(separator: ", ")
      throw ControlRefusal(
        .conflict, "needs_restart", "only a restart can change \(keys): nothing was changed", field: first.key)
    }
    guard case .reload = order, report.needsForce, !terms.isForced else { return }
    throw ControlRefusal(
      .conflict, "removes_too_much",
      "\(Figures.percent(report.backendsRemovedShare)) of the backends would be removed, more than "
        + "'control.max_removed_share' allows: force it, or look at the file again", field: "force")
  }

  private func target(
    of order: ChangeOrder, _ running: RunningState, _ state: State
  ) throws(ControlRefusal) -> CheckedConfiguration {
    switch order {
    case .reload(let source), .plan(let source): return try source.read(startFile: file)
    case .rollback:
      guard let before = state.before else {
        throw ControlRefusal(.conflict, "nothing_to_roll_back", "nothing has been changed since the start")
      }
      return CheckedConfiguration(configuration: before, warnings: [])
    case .edit(let edit):
      do throws(EditRefusal) {
        return try running.configuration.applying(edit(running.configuration))
      } catch {
        throw ControlRefusal(error)
      }
    }
  }

  private func startFile() throws(ControlRefusal) -> String {
    guard let file else {
      throw ControlRefusal(
        .conflict, "no_file", "this instance was not started with a file: there is none to save to", field: "save")
    }
    return file
  }

  private static func commit(_ saved: consuming SavedFile, _ report: inout ChangeReport) {
    let path = saved.path
    if let reason = saved.commit() {
      report.warnings.append("\(path) was not written: \(reason)")
    } else {
      report.savedTo = path
    }
  }

  private func plan(
    _ target: CheckedConfiguration, _ kills: Set<ServedBackend>, _ running: RunningState
  ) throws(ControlRefusal) -> ChangeReport {
    do throws(PublishError) {
      let next = try instance.publisher.preview(target.configuration, kills: kills)
      return ChangeReport(from: running, to: next, warnings: target.warnings, kills, Reading(of: instance))
    } catch {
      throw Self.refusal(error)
    }
  }

  private func publish(
    _ order: ChangeOrder, _ terms: ChangeTerms, _ target: CheckedConfiguration, _ kills: Set<ServedBackend>,
    _ running: RunningState
  ) throws(ControlRefusal) -> ChangeReport {
    // Judged by what it would do, before it is done.
    var judged = Outcome.failure(Self.stopping)
    var warnings: [String] = []
    do throws(PublishError) {
      try instance.publisher.publish(target.configuration, kills: kills) { next in
        judged = Outcome { () throws(ControlRefusal) in
          let report = ChangeReport(from: running, to: next, warnings: target.warnings, kills, Reading(of: instance))
          try Self.check(report, of: order, terms)
          return report
        }
        if case .success = judged { return true }
        return false
      }
    } catch {
      switch error {
      case .workerSilent: warnings = ["\(error)"]
      case .tooManyBackends, .tooManyServices, .tooManyBackendsOfService: throw Self.refusal(error)
      }
    }
    var report = try judged.get()
    let state = instance.publisher.state
    report.generation = state.generation
    report.changedAt = state.publishedAt
    report.applied = true
    report.warnings += warnings
    return report
  }

  private static func refusal(_ error: PublishError) -> ControlRefusal {
    switch error {
    case .tooManyBackends, .tooManyBackendsOfService: ControlRefusal(.conflict, "too_many_backends", "\(error)")
    case .tooManyServices: ControlRefusal(.conflict, "too_many_services", "\(error)")
    case .workerSilent: ControlRefusal(.serviceUnavailable, "worker_silent", "\(error)")
    }
  }
}
