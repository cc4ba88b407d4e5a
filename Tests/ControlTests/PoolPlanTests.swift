@testable import Configuration
@testable import Control
import Tables
import Testing

/// Which backends take sessions.
@Suite struct PoolPlanTests {
  /// Four backends of weights 1, 2, 3 and 4; the last may be a backup.
  private func service(_ health: String, hasBackup: Bool = false) throws -> ServiceSettings {
    try ConfigurationReader.read(
      text: """
        ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
        services:
          - { vip: 10.0.0.1, protocol: tcp, port: 80, health: { \(health) }, backends: [
              { address: "10.0.1.1:80", weight: 1 }, { address: "10.0.1.2:80", weight: 2 },
              { address: "10.0.1.3:80", weight: 3 }, { address: "10.0.1.4:80", weight: 4, backup: \(hasBackup) } ] }
        """, file: "f"
    ).configuration.services[0]
  }

  private func plan(_ service: ServiceSettings, _ conditions: [BackendCondition]) -> PoolPlan {
    PoolPlan(
      service,
      Dictionary(uniqueKeysWithValues: zip(service.backends.map(\.identity), conditions).filter { $0.1 != .up }))
  }

  @Test func `a service whose backends are all up is as configured`() throws {
    let plan = try plan(service(""), [.up, .up, .up, .up])
    #expect(plan.seats.map(\.state) == [.active, .active, .active, .active])
    #expect(plan.seats.map(\.weight) == [1, 2, 3, 4])
    #expect(plan.up == 4 && plan.wanted == 4 && !plan.isFailOpen && !plan.usesBackups)
  }

  @Test(arguments: [
    ("reselect", BackendState.down), ("keep", .draining), ("reset", .downWithReset),
  ])
  func `86: a backend that is down takes no sessions, and its own get what on_down says`(
    word: String, state: BackendState
  ) throws {
    let plan = try plan(service("on_down: \(word)"), [.up, .down, .maintenance, .drain])
    #expect(plan.seats.map(\.state) == [.active, state, state, .draining])
    #expect(plan.seats.map(\.weight) == [1, 0, 0, 0])
    #expect(plan.up == 1 && plan.wanted == 2)
  }

  @Test func `90: with fewer up than fail_open says, all are used`() throws {
    let service = try service("fail_open: 50")
    let half = plan(service, [.down, .down, .up, .up])
    #expect(!half.isFailOpen && half.seats.map(\.weight) == [0, 0, 3, 4])
    let few = plan(service, [.down, .down, .down, .up])
    #expect(few.isFailOpen && few.seats.map(\.weight) == [1, 2, 3, 4])
    #expect(few.seats.allSatisfy { $0.state == .active })
    let less = plan(service, [.maintenance, .down, .down, .drain])
    #expect(less.isFailOpen && less.seats.map(\.weight) == [0, 2, 3, 0], "but none that somebody took out")
  }

  @Test func `90: by default all are used when none is up, and with 0 never`() throws {
    let none: [BackendCondition] = [.down, .down, .down, .down]
    #expect(try plan(service(""), none).isFailOpen)
    #expect(try !plan(service(""), [.down, .down, .down, .up]).isFailOpen)
    let never = try plan(service("fail_open: 0"), none)
    #expect(!never.isFailOpen && never.seats.allSatisfy { $0.weight == 0 && $0.state == .down })
    #expect(never.isDead)
    #expect(try !plan(service(""), none).isDead && plan(service(""), [.maintenance, .drain, .drain, .drain]).isDead)
  }

  @Test func `backups are used while no other is up, and before all are`() throws {
    let service = try service("fail_open: 50", hasBackup: true)
    let normal = plan(service, [.up, .up, .up, .up])
    #expect(normal.seats.map(\.weight) == [1, 2, 3, 0] && normal.seats[3].state == .draining)
    let backup = plan(service, [.down, .down, .down, .up])
    #expect(backup.usesBackups && !backup.isFailOpen && backup.seats.map(\.weight) == [0, 0, 0, 4])
    let open = plan(service, [.down, .down, .down, .down])
    #expect(open.isFailOpen && !open.usesBackups && open.seats.map(\.weight) == [1, 2, 3, 0])
    let taken = plan(service, [.maintenance, .drain, .drain, .up])
    #expect(taken.usesBackups && taken.seats.map(\.weight) == [0, 0, 0, 4])
  }

  @Test func `a backend that starts slowly takes so many tenths of its share`() throws {
    let plan = try plan(service(""), [.up, .rising(tenths: 3), .up, .down])
    #expect(plan.seats.map(\.weight) == [10, 6, 30, 0])
  }
}
