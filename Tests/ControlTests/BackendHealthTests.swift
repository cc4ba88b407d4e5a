@testable import Configuration
@testable import Control
import Testing

/// The state machine of one backend, alone.
@Suite struct BackendHealthTests {
  private let start = ContinuousClock.now
  private var check: CheckSettings {
    var check = CheckKeys.defaults
    (check.rise, check.fall) = (2, 3)
    return check
  }

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .milliseconds(Int(seconds * 1000)) }

  @Test func `86: so many failures in a row take it down, and so many passes bring it up`() {
    var health = BackendHealth(at: start)
    #expect(health.view.state == .unknown && health.condition(slowStart: 0, at: start) == .up)
    #expect(record(.pass, &health)?.to == .up, "the first pass of all decides")
    #expect(record(.failure("connect refused"), &health) == nil)
    #expect(record(.failure("connect refused"), &health) == nil)
    #expect(record(.pass, &health) == nil, "which begins again with the failures")
    for _ in 0..<2 { #expect(record(.failure("connect refused"), &health) == nil) }
    let down = record(.failure("connect refused"), &health)
    #expect(down?.to == .down && down?.cause == "tcp connect refused, 3 of 3" && down?.source == .check)
    #expect(health.condition(slowStart: 0, at: start) == .down)
    #expect(record(.pass, &health) == nil)
    #expect(record(.failure("timed out"), &health) == nil)
    #expect(record(.pass, &health) == nil)
    #expect(record(.pass, &health)?.cause == "tcp check passed, 2 of 2")
    #expect(health.history.map(\.to) == [.up, .down, .up])
  }

  @Test func `86: what says nothing changes nothing`() {
    var health = BackendHealth(at: start)
    _ = record(.pass, &health)
    for _ in 0..<10 { #expect(record(.inconclusive("held up"), &health) == nil) }
    for _ in 0..<2 { _ = record(.failure("x"), &health) }
    _ = record(.inconclusive("held up"), &health)
    #expect(record(.failure("x"), &health)?.to == .down)
  }

  @Test func `88: workers take a backend down, and only checks or an operator bring it up`() {
    var health = BackendHealth(at: start)
    _ = record(.pass, &health)
    let down = health.observe("9 of 10 SYNs unanswered", damping: 0, at: start)
    #expect(down?.to == .down && down?.source == .passive && down?.cause == "9 of 10 SYNs unanswered")
    #expect(health.observe("again", damping: 0, at: start) == nil)
    #expect(health.tick(at: at(3600)) == nil, "time alone does not bring it up")
    #expect(record(.pass, &health) == nil)
    #expect(record(.pass, &health)?.to == .up)
    _ = health.observe("again", damping: 0, at: start)
    let order = HealthOrder(state: .up, cause: "I looked", name: "operator", ends: nil)
    #expect(health.obey(order, at: start)?.to == .up)
    for _ in 0..<3 { _ = record(.failure("x"), &health) }
    #expect(health.view.state == .down, "an operator's up holds nothing fast")
  }

  @Test func `89: a report holds for its time, whatever checks find, and then they rule again`() {
    var health = BackendHealth(at: start)
    _ = record(.pass, &health)
    let report = HealthOrder(state: .down, cause: "disk full", name: "monitor", ends: at(30))
    #expect(health.obey(report, at: start)?.source == .report("monitor"))
    for _ in 0..<5 { #expect(record(.pass, &health, at: 10) == nil) }
    #expect(health.tick(at: at(29.9)) == nil)
    let over = health.tick(at: at(30))
    #expect(over?.to == .up && over?.source == .check)
    _ = health.obey(HealthOrder(state: .up, cause: "fine", name: "monitor", ends: at(60)), at: at(31))
    for _ in 0..<5 { #expect(record(.failure("x"), &health, at: 40) == nil) }
    #expect(health.tick(at: at(60))?.to == .down)
  }

  @Test func `89: an order stands above a report, until it is withdrawn by its name`() {
    var health = BackendHealth(at: start)
    _ = health.obey(HealthOrder(state: .maintenance, cause: "disk", name: "operator", ends: nil), at: start)
    _ = health.obey(HealthOrder(state: .up, cause: "fine", name: "monitor", ends: at(30)), at: start)
    #expect(health.view.state == .maintenance)
    #expect(health.withdraw("somebody", at: start) == nil)
    #expect(health.withdraw("operator", at: start)?.to == .up)
    #expect(health.withdraw("monitor", at: start)?.to == .unknown)
  }

  @Test func `89: what one source says stands until it says otherwise, whatever others say`() {
    var health = BackendHealth(at: start)
    func obey(_ state: HealthState, _ name: String, ends: ContinuousClock.Instant? = nil, at now: Double = 0) {
      _ = health.obey(HealthOrder(state: state, cause: name, name: name, ends: ends), at: at(now))
    }
    obey(.maintenance, "operator")
    obey(.up, "agent")
    #expect(health.view.state == .maintenance, "somebody else's order of up does not end it")
    obey(.drain, "agent")
    #expect(health.view.state == .drain && health.view.cause == "agent", "the last that spoke rules")
    _ = health.withdraw("agent", at: start)
    #expect(health.view.state == .maintenance && health.view.cause == "operator")
    obey(.up, "operator")
    #expect(health.view.state == .up)
    obey(.down, "patient", ends: at(60))
    obey(.drain, "hasty", ends: at(10))
    #expect(health.tick(at: at(10))?.to == .down, "a report that ends uncovers the one before")
    #expect(health.tick(at: at(60))?.to == .up)
    for number in 0..<100 { obey(.down, "monitor \(number)", ends: at(100), at: 60) }
    for number in 0..<84 { #expect(health.withdraw("monitor \(number)", at: at(61)) == nil) }
    for number in 84..<99 { #expect(health.withdraw("monitor \(number)", at: at(61)) == nil) }
    #expect(health.withdraw("monitor 99", at: at(61))?.to == .up, "and sixteen names are remembered")
  }

  @Test func `86: what the last check found is told, whatever the state`() {
    var health = BackendHealth(at: start)
    #expect(health.lastCheck == nil)
    for _ in 0..<3 { _ = record(.failure("network unreachable"), &health) }
    _ = record(.failure("answered 500"), &health, at: 5)
    #expect(health.view.cause == "tcp network unreachable, 3 of 3")
    #expect(health.lastCheck == .init(outcome: .failure("answered 500"), at: at(5)))
    _ = record(.pass, &health, at: 6)
    #expect(health.lastCheck?.outcome.description == "passed" && health.passes == 1)
    _ = health.forget(at: at(7))
    #expect(health.lastCheck == nil)
  }

  @Test func `a backend whose address is not resolved is down, and comes back with it`() {
    var health = BackendHealth(at: start)
    _ = record(.pass, &health)
    #expect(health.resolve(false, at: start)?.source == .resolution)
    #expect(record(.pass, &health) == nil)
    #expect(health.resolve(true, at: start)?.to == .up)
  }

  @Test func `an unsteady backend needs twice as many passes each time, until it stays up`() {
    var health = BackendHealth(at: start)
    _ = record(.pass, &health)
    var time = 0.0
    for expected in [4, 8, 16, 32, 64, 64, 64] {
      for _ in 0..<3 { _ = record(.failure("x"), &health, at: time, damping: 60_000) }
      #expect(health.view.state == .down)
      #expect(health.needed(check) == expected)
      while health.view.state == .down {
        _ = record(.pass, &health, at: time, damping: 60_000)
        time += 0.1
      }
    }
    #expect(health.needed(check) == 64)
    for _ in 0..<3 { _ = record(.failure("x"), &health, at: time + 61, damping: 60_000) }
    #expect(health.needed(check) == 2)
  }

  @Test func `87: what nobody checks is tried again after a while, and after twice as long when that was in vain`() {
    var health = BackendHealth(at: start)
    var time = 0.0
    for pause in [10.0, 20, 40, 80, 160, 320, 320] {
      #expect(health.observe("x", damping: 0, retry: 10_000, at: at(time))?.to == .down)
      #expect(health.tick(at: at(time + pause - 0.1)) == nil && health.isEjected)
      let back = health.tick(at: at(time + pause))
      #expect(back?.to == .up && back?.cause == "passive: tried again after \(pause) s" && back?.source == .passive)
      #expect(health.retryAt == nil && health.tick(at: at(time + pause)) == nil)
      time += pause + 1
    }
    // It has worked for as long as it was out.
    time += 320
    _ = health.observe("x", damping: 0, retry: 10_000, at: at(time))
    #expect(health.retryAt == at(time + 10))
    // Who says that it works ends it all.
    _ = health.obey(HealthOrder(state: .up, cause: "mended", name: "operator", ends: nil), at: at(time + 1))
    #expect(health.retryAt == nil && health.tick(at: at(time + 11)) == nil)
    // Where something asks, that brings it up.
    _ = health.observe("x", damping: 0, at: at(time + 12))
    #expect(health.retryAt == nil && health.isEjected)
  }

  @Test func `a backend that comes back takes a tenth more of its share at a time`() {
    var health = BackendHealth(at: start)
    _ = record(.pass, &health)
    #expect(health.condition(slowStart: 10_000, at: start) == .up, "who was never down starts at once")
    for _ in 0..<3 { _ = record(.failure("x"), &health) }
    for _ in 0..<2 { _ = record(.pass, &health, at: 100) }
    let shares = (0...11).map { health.condition(slowStart: 10_000, at: at(100.5 + Double($0))) }
    #expect(shares == (1...9).map { .rising(tenths: $0) } + [.up, .up, .up])
    #expect(health.condition(slowStart: 0, at: at(100)) == .up)
  }

  /// Random input against a model that keeps everything and looks at it anew each time.
  @Test func `88: the state is that of a model that remembers everything`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var health = BackendHealth(at: start)
      var model = HealthModel()
      for step in 0..<60 {
        let now = at(Double(step))
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3:
          _ = record(.pass, &health, at: Double(step))
          model.checks.append(true)
        case 4...7:
          _ = record(.failure("x"), &health, at: Double(step))
          model.checks.append(false)
        case 8:
          _ = health.observe("y", damping: 0, at: now)
          model.checks.append(nil)
        default:
          let state = [HealthState.up, .down, .drain].randomElement(using: &random) ?? .up
          let length = Int.random(in: 1...10, using: &random)
          _ = health.obey(
            HealthOrder(state: state, cause: "z", name: "m", ends: at(Double(step + length))), at: now)
          model.report = (state, step + length)
        }
        _ = health.tick(at: now)
        #expect(health.view.state == model.state(at: step))
      }
    }
  }

  @discardableResult
  private func record(
    _ outcome: CheckOutcome, _ health: inout BackendHealth, at seconds: Double = 0, damping: UInt64 = 0
  ) -> HealthTransition? {
    health.record(outcome, check, damping: damping, at: at(seconds))
  }
}

/// Passes, failures, and nil for what workers saw; what they come to with a rise of 2 and a fall of 3.
private struct HealthModel {
  var checks: [Bool?] = []
  var report: (state: HealthState, ends: Int)?

  func state(at step: Int) -> HealthState {
    if let report, report.ends > step { return report.state }
    var state = HealthState.unknown
    var begin = 0
    for end in checks.indices {
      // Failures are counted through what workers see; passes begin again with it, unless it is no news.
      if checks[end] == nil, state != .down { begin = end }
      let failures = checks[...end].compactMap { $0 }.reversed().prefix { !$0 }.count
      let passes = checks[begin...end].compactMap { $0 }.reversed().prefix { $0 }.count
      switch state {
      case .down: if passes >= 2 { state = .up }
      default:
        if checks[end] == nil || checks[end] == false && failures >= 3 {
          state = .down
        } else if checks[end] == true, state == .unknown {
          state = .up
        }
      }
    }
    return state
  }
}
