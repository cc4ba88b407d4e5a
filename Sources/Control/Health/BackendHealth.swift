import Configuration
import Foundation

/// The state machine of one backend: what checks, workers, operators, monitors and the resolver say of it becomes one
/// state with its cause. A value without a clock: whoever calls says what time it is.
///
/// Who decides: an operator's order, a monitor's report while it lasts, the resolver's "no address", and then what we see
/// ourselves. Checks and workers can take a backend down; checks alone bring it up (behaviour 88), and so does an
/// operator's `up`. Where nothing checks it, one that workers took down may be tried again after a while.
struct BackendHealth: Equatable, Sendable {
  /// Transitions that are remembered.
  static let historyLimit = 10
  /// Doublings of `rise` that an unsteady backend gets at most.
  static let flapLimit = 5
  /// Doublings of the time after which it is tried again, at most.
  static let retryLimit = 5
  /// Names whose orders, and likewise reports, are kept; above that the oldest is forgotten.
  static let nameLimit = 16

  /// What an outside view is made of.
  struct View: Equatable, Sendable {
    var state: HealthState
    var cause: String
    var source: HealthSource
  }

  /// How one that nobody checks is tried again.
  private struct Trial: Equatable, Sendable {
    /// Time that it was out, or is.
    var pause: Duration
    /// How often in a row that was in vain.
    var doublings: Int
    /// When it is over.
    var began: ContinuousClock.Instant
  }

  /// The last check that was made.
  struct LastCheck: Equatable, Sendable {
    var outcome: CheckOutcome
    var at: ContinuousClock.Instant
  }

  // What we see ourselves.
  private(set) var passes = 0
  private(set) var failures = 0
  private(set) var flaps = 0
  /// nil: none was made since it is asked in this way.
  private(set) var lastCheck: LastCheck?
  private var local = View(state: .unknown, cause: "not checked yet", source: .nobody)
  private var cameUp: ContinuousClock.Instant?
  /// When it is tried again; nil: not by itself.
  private(set) var retryAt: ContinuousClock.Instant?
  private var trial: Trial?
  // What others say.
  // One of a name, the newest last.
  private var orders: [HealthOrder] = []
  private var reports: [HealthOrder] = []
  private(set) var isUnresolved = false
  // What follows.
  /// The state in force.
  private(set) var view = View(state: .unknown, cause: "not checked yet", source: .nobody)
  /// When it began.
  private(set) var since: ContinuousClock.Instant
  /// When it last came up from a state in which it took no sessions; nil: it takes its whole share.
  private(set) var rose: ContinuousClock.Instant?
  /// The oldest first.
  private(set) var history: [HealthTransition] = []

  init(at now: ContinuousClock.Instant) { since = now }

  /// The order in force: the newest of those that stand.
  var order: HealthOrder? { orders.last }
  /// The newest of the reports that still hold.
  var report: HealthOrder? { reports.last }

  /// Whether the next checks may change the state: they are made faster then.
  var isChanging: Bool {
    switch local.state {
    case .up: failures > 0
    case .down: passes > 0
    case .unknown, .drain, .maintenance: true
    }
  }

  /// Whether it is down by what workers saw, as far as we know ourselves.
  var isEjected: Bool { local.state == .down && local.source == .passive }

  /// Passes in a row that bring it up.
  func needed(_ check: CheckSettings) -> Int { check.rise << flaps }

  /// Takes the result of a check in.
  mutating func record(
    _ outcome: CheckOutcome, _ check: CheckSettings, damping: UInt64, at now: ContinuousClock.Instant
  ) -> HealthTransition? {
    lastCheck = LastCheck(outcome: outcome, at: now)
    switch outcome {
    case .inconclusive: return nil
    case .pass:
      failures = 0
      passes = min(passes + 1, 1 << 20)
      let wanted = local.state == .down ? needed(check) : 1
      if local.state == .unknown || local.state == .down && passes >= wanted {
        rise("\(check.kind.rawValue) check passed, \(passes) of \(wanted)", at: now)
      }
    case .failure(let reason):
      passes = 0
      failures = min(failures + 1, 1 << 20)
      guard local.state != .down, failures >= check.fall else { return nil }
      fall("\(check.kind.rawValue) \(reason), \(failures) of \(check.fall)", .check, damping: damping, at: now)
    }
    return settle(at: now)
  }

  /// Takes in what workers saw in its traffic, which speaks against it.
  ///
  /// - Parameter retry: milliseconds after which it is tried again, twice as many each time that it fails again before
  ///   it has worked for as long as it was out; 0: others bring it up.
  mutating func observe(
    _ cause: String, damping: UInt64, retry: UInt64 = 0, at now: ContinuousClock.Instant
  ) -> HealthTransition? {
    guard local.state != .down else { return nil }
    passes = 0
    fall(cause, .passive, damping: damping, at: now)
    if retry > 0 {
      let isSoon = trial.map { now - $0.began < $0.pause } ?? false
      let doublings = isSoon ? min((trial?.doublings ?? 0) + 1, Self.retryLimit) : 0
      let pause = Duration.milliseconds(retry << UInt64(doublings))
      trial = Trial(pause: pause, doublings: doublings, began: now + pause)
      retryAt = now + pause
    }
    return settle(at: now)
  }

  /// Takes in whether its address is resolved.
  mutating func resolve(_ isResolved: Bool, at now: ContinuousClock.Instant) -> HealthTransition? {
    isUnresolved = !isResolved
    return settle(at: now)
  }

  /// Takes in what somebody outside says, in place of what the same name has said in the same way. An order of `up`
  /// holds nothing fast: it says that it works now, and checks may find otherwise. What others ordered stands.
  mutating func obey(_ order: HealthOrder, at now: ContinuousClock.Instant) -> HealthTransition? {
    if order.ends != nil {
      Self.note(order, in: &reports)
    } else if order.state == .up {
      orders.removeAll { $0.name == order.name }
      (failures, flaps) = (0, 0)
      trial = nil
      local = View(state: .up, cause: order.cause, source: order.source)
    } else {
      Self.note(order, in: &orders)
    }
    return settle(at: now)
  }

  private static func note(_ order: HealthOrder, in list: inout [HealthOrder]) {
    list.removeAll { $0.name == order.name }
    if list.count == nameLimit { list.removeFirst() }
    list.append(order)
  }

  /// Forgets what a name said; nothing if it said nothing.
  mutating func withdraw(_ name: String, at now: ContinuousClock.Instant) -> HealthTransition? {
    guard (orders + reports).contains(where: { $0.name == name }) else { return nil }
    orders.removeAll { $0.name == name }
    reports.removeAll { $0.name == name }
    if local.state == .unknown { local.cause = "\(name) says no more" }
    return settle(at: now)
  }

  /// Lets time pass: reports end, and what was out for its time is tried again.
  mutating func tick(at now: ContinuousClock.Instant) -> HealthTransition? {
    if let retryAt, retryAt <= now {
      let pause = (trial?.pause ?? .zero) / .seconds(1)
      local = View(state: .up, cause: "passive: tried again after \(pause) s", source: .passive)
      cameUp = now
    } else {
      guard reports.contains(where: { $0.hasEnded(at: now) }) else { return nil }
    }
    return settle(at: now)
  }

  /// What is no longer asked is no longer known, unless somebody else knows it.
  mutating func forget(at now: ContinuousClock.Instant) -> HealthTransition? {
    (passes, failures, flaps) = (0, 0, 0)
    trial = nil
    lastCheck = nil
    local = View(state: .unknown, cause: "not checked any more", source: .nobody)
    return settle(at: now)
  }

  private mutating func rise(_ cause: String, at now: ContinuousClock.Instant) {
    cameUp = now
    local = View(state: .up, cause: cause, source: .check)
  }

  private mutating func fall(
    _ cause: String, _ source: HealthSource, damping: UInt64, at now: ContinuousClock.Instant
  ) {
    if damping > 0, let cameUp, now - cameUp < .milliseconds(damping) {
      flaps = min(flaps + 1, Self.flapLimit)
    } else {
      flaps = 0
    }
    local = View(state: .down, cause: cause, source: source)
  }

  /// Finds the state in force.
  private mutating func settle(at now: ContinuousClock.Instant) -> HealthTransition? {
    reports.removeAll { $0.hasEnded(at: now) }
    if !isEjected { retryAt = nil }
    let next: View
    if let order {
      next = View(state: order.state, cause: order.cause, source: order.source)
    } else if let report {
      next = View(state: report.state, cause: report.cause, source: report.source)
    } else if isUnresolved {
      next = View(state: .down, cause: "its address is not resolved", source: .resolution)
    } else {
      next = local
    }
    defer { view = next }
    guard next.state != view.state else { return nil }
    // Somebody who did not count as up before has to begin slowly.
    rose = next.state == .up && view.state != .unknown ? now : nil
    since = now
    let transition = HealthTransition(
      from: view.state, to: next.state, cause: next.cause, source: next.source, at: Date())
    history.append(transition)
    if history.count > Self.historyLimit { history.removeFirst() }
    return transition
  }

  /// What it means for its share of new sessions.
  ///
  /// - Parameter slowStart: milliseconds in which the share of a backend that has come up grows, in ten steps.
  func condition(slowStart: UInt64, at now: ContinuousClock.Instant) -> BackendCondition {
    switch view.state {
    case .unknown: return .up
    case .down: return .down
    case .drain: return .drain
    case .maintenance: return .maintenance
    case .up:
      guard slowStart > 0, let rose else { return .up }
      let tenths = 1 + Int((now - rose) / .milliseconds(slowStart) * 10)
      return tenths < 10 ? .rising(tenths: UInt32(max(1, tenths))) : .up
    }
  }
}
