import Configuration
import Counters
import Net
import TestSupport
import Testing

@testable import Control
@testable import Tables

/// What sessions must never notice: that services and backends come, go, come back and are killed around them.
@Suite struct SuccessionTests {
  /// Everything that the random configurations are cut from.
  static func universe() throws -> Configuration {
    let backends = (1...8).map { "{ address: \"10.0.1.\($0):80\" }" }.joined(separator: ", ")
    let services = (1...5).map {
      "- { vip: 10.0.2.\($0), protocol: \(["all", "tcp", "udp"][$0 % 3]), port: 80, backends: [ \(backends) ] }"
    }
    let text = """
      ports: { frontend: { device: net_tap0 }, backend: { device: net_tap1 } }
      hash_seed: 7
      sessions: { timeouts: { tcp_syn: 1h } }
      services:
      \(services.joined(separator: "\n"))
      """
    var configuration = try ConfigurationReader.read(text: text, file: "f").configuration
    for index in configuration.services.indices { configuration.services[index].maglevSlots = 31 }
    return configuration
  }

  /// A session as a worker remembers it, and what it really is.
  struct Session {
    let service: ServiceIndex
    let backend: BackendIndex
    let slot: BackendSlot
    let isDirect: Bool
    let worker: Int
    let vip: IPv4Address
    let identity: BackendIdentity
  }

  /// A publisher whose workers are played: worker 0 may lag behind, and remember what older tables tell it.
  struct Play {
    let universe: Configuration
    let tallies = [BackendTally.create(slotCount: 200), BackendTally.create(slotCount: 200)]
    let grace = TestGrace()
    let publisher: Publisher
    var lagging: RunningState?
    var sessions: [Session] = []
    var random: SplitMix64
    var reuses = 0
    /// What each slot was last.
    var owners: [BackendSlot: BackendIdentity] = [:]

    init(_ random: SplitMix64) throws {
      universe = try SuccessionTests.universe()
      publisher = try Publisher(
        TableAssembly(hashSeed: 7), of: universe, gracePeriods: grace, backendRoom: 200, patience: .milliseconds(1))
      publisher.attach(tallies)
      self.random = random
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func configuration() -> Configuration {
      var next = universe
      next.services = universe.services.filter { _ in chance(75) }.shuffled(using: &random)
      for index in next.services.indices {
        next.services[index].onKill = chance(50) ? .reset : .reselect
        next.services[index].backends = next.services[index].backends.filter { _ in chance(70) }
        if chance(30) { next.services[index].backends.shuffle(using: &random) }
        for backend in next.services[index].backends.indices where chance(20) {
          next.services[index].backends[backend].weight = UInt32.random(in: 0...3, using: &random)
        }
      }
      return next
    }

    mutating func kills() -> Set<ServedBackend> {
      guard chance(30) else { return [] }
      let state = publisher.state
      var kills: Set<ServedBackend> = []
      for service in state.services + state.leavingServices {
        for backend in service.backends + service.leavingBackends where chance(15) {
          kills.insert(ServedBackend(service: service.identity, backend: backend.identity))
        }
      }
      return kills
    }

    /// A worker remembers something that its tables let it.
    mutating func remember(_ state: RunningState, worker: Int) {
      guard let service = state.services.randomElement(using: &random),
        let backend = service.backends.filter({ $0.state == .active }).randomElement(using: &random)
      else { return }
      let isDirect = chance(20)
      if isDirect { tallies[worker].othersBegan(backend.slot) } else { tallies[worker].sessionBegan(backend.slot) }
      sessions.append(
        Session(
          service: service.index, backend: backend.index, slot: backend.slot, isDirect: isDirect, worker: worker,
          vip: service.settings.vip, identity: backend.identity))
    }

    mutating func forget() {
      guard !sessions.isEmpty else { return }
      let session = sessions.remove(at: Int.random(in: 0..<sessions.count, using: &random))
      if session.isDirect {
        tallies[session.worker].othersEnded(session.slot)
      } else {
        tallies[session.worker].sessionEnded(session.slot)
      }
    }

    /// One change, and some life before and after it.
    mutating func step() throws -> String? {
      let isFrozen = chance(20)
      if isFrozen, lagging == nil {
        lagging = publisher.state
        grace.setPassed(grace.begun)
      }
      try change()
      if let fault = fault() { return fault }
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        // While it lags it goes on opening sessions by the old tables.
        remember(lagging ?? publisher.state, worker: 0)
        remember(publisher.state, worker: 1)
      }
      if !isFrozen {
        grace.setPassed(.max)
        lagging = nil
      }
      for _ in 0..<Int.random(in: 0...30, using: &random) { forget() }
      if chance(5) { while !sessions.isEmpty { forget() } }
      return fault()
    }

    /// Puts something else in force, unless there is no room for it.
    private mutating func change() throws {
      let (next, kills, isSettling) = (configuration(), kills(), chance(15))
      let publisher = publisher
      let result = Result {
        if isSettling { try publisher.settle() } else { try publisher.publish(next, kills: kills) }
      }
      guard case .failure(let error) = result else { return }
      let expected: [PublishError] = [.tooManyBackends(room: 200), .workerSilent(seconds: 0.001)]
      guard let error = error as? PublishError, expected.contains(error) else { throw error }
    }

    /// What is wrong with the state in force, seen from the sessions.
    mutating func fault() -> String? {
      let state = publisher.state
      for session in sessions {
        guard let service = state.service(session.service), service.settings.vip == session.vip else {
          return "\(session): another service"
        }
        guard let backend = service.backend(session.backend), backend.identity == session.identity,
          backend.slot == session.slot
        else { return "\(session): another backend" }
      }
      let all = state.services + state.leavingServices
      let placed = all.flatMap { $0.backends + $0.leavingBackends }
      guard Set(all.map(\.index)).count == all.count else { return "a service's index twice" }
      guard Set(placed.map(\.slot)).count == placed.count else { return "a slot twice" }
      for service in all {
        let indices = (service.backends + service.leavingBackends).map(\.index)
        guard Set(indices).count == indices.count else { return "a backend's index twice" }
      }
      return counterFault(placed)
    }

    private mutating func counterFault(_ placed: [BackendPlacement]) -> String? {
      for backend in placed {
        if let owner = owners[backend.slot], owner != backend.identity { reuses += 1 }
        owners[backend.slot] = backend.identity
        let snapshot = tallies.map { $0.snapshot(backend.slot) }.reduce(BackendSnapshot(), +)
        let mine = sessions.filter { $0.slot == backend.slot }
        guard snapshot.entries == UInt64(mine.count) else { return "\(snapshot.entries) entries, not \(mine.count)" }
        let flows = mine.count { !$0.isDirect }
        guard snapshot.sessionsActive == UInt64(flows) else { return "\(snapshot.sessionsActive), not \(flows) flows" }
      }
      return nil
    }
  }

  @Test func `40, 48: no session ever meets a reused index, through 2000 random changes and kills`() throws {
    var play = try Play(TestSeed.generator("succession"))
    defer { for tally in play.tallies { tally.destroy() } }
    for change in 0..<2000 {
      if let fault = try play.step() {
        Issue.record("after \(change) changes: \(fault)")
        return
      }
    }
    print("succession: \(play.reuses) slots got another owner")
    #expect(play.reuses > 100, "nothing was ever reused")
    // At last everything ends, and nothing is left of it.
    play.grace.setPassed(.max)
    while !play.sessions.isEmpty { play.forget() }
    try play.publisher.settle()
    try play.publisher.settle()
    #expect(play.publisher.state.leavingServices.isEmpty && play.publisher.state.leavingBackends.isEmpty)
    play.publisher.close()
  }

  // MARK: One change at a time

  /// A publisher of the universe with sessions on some of its backends.
  struct Fixture {
    let tally = BackendTally.create(slotCount: 200)
    let publisher: Publisher
    let configuration: Configuration

    init() throws {
      configuration = try SuccessionTests.universe()
      publisher = try Publisher(
        TableAssembly(hashSeed: 7), of: configuration, gracePeriods: TestGrace(), backendRoom: 200)
      publisher.attach([tally])
    }
  }

  @Test func `28, 80: what stays keeps its index, its counters and, unless the pool changes, its table`() throws {
    let fixture = try Fixture()
    let before = fixture.publisher.state
    var next = fixture.configuration
    next.services.reverse()
    next.services[4].name = "renamed"
    next.services[0].backends.removeFirst(3)
    next.services[0].backends.reverse()
    let after = try fixture.publisher.publish(next)
    for (old, new) in zip(before.services, after.services.reversed()) {
      #expect(old.index == new.index)
      for backend in new.backends {
        let same = old.backends.first { $0.identity == backend.identity }
        #expect(same?.index == backend.index && same?.slot == backend.slot)
      }
    }
    #expect(after.services[1].layout === before.services[3].layout, "untouched: not made again")
    #expect(after.services[4].layout !== before.services[0].layout)
    #expect(after.services[4].layout.maglev === before.services[0].layout.maglev, "renamed: not populated again")
    #expect(after.services[0].leavingBackends.map(\.state) == [.removed, .removed, .removed])
  }

  @Test func `48: a backend that comes back while it has sessions is the same one, unless it was killed`() throws {
    for isKilled in [false, true] {
      let fixture = try Fixture()
      let old = fixture.publisher.state.services[0].backends[2]
      let identity = fixture.configuration.services[0].identity
      fixture.tally.sessionBegan(old.slot)
      var next = fixture.configuration
      next.services[0].backends.remove(at: 2)
      let kill = ServedBackend(service: identity, backend: old.identity)
      let without = try fixture.publisher.publish(next, kills: isKilled ? [kill] : [])
      #expect(without.services[0].leavingBackends.map(\.state) == [isKilled ? .killed : .removed])
      let again = try fixture.publisher.publish(fixture.configuration).services[0]
      #expect((again.backends[2].index == old.index) == !isKilled)
      #expect((again.backends[2].slot == old.slot) == !isKilled)
      #expect(again.leavingBackends.map(\.index) == (isKilled ? [old.index] : []))
      fixture.tally.sessionEnded(old.slot)
      #expect(try fixture.publisher.settle() == isKilled)
      #expect(fixture.publisher.state.leavingBackends.isEmpty)
    }
  }

  @Test func `48: a kill without a removal gives the backend a fresh place, and says what its sessions get`() throws {
    let fixture = try Fixture()
    var next = fixture.configuration
    next.services[0].onKill = .reset
    let old = fixture.publisher.state.services[0].backends[0]
    fixture.tally.sessionBegan(old.slot)
    let kill = ServedBackend(service: next.services[0].identity, backend: old.identity)
    let service = try fixture.publisher.publish(next, kills: [kill]).services[0]
    #expect(service.backends[0].identity == old.identity && service.backends[0].index != old.index)
    #expect(service.backends[0].maglevSlots == old.maglevSlots)
    #expect(service.leavingBackends.map(\.state) == [.killedWithReset])
    #expect(service.shareMoved(to: service) == 0)
  }

  @Test func `a slot's counters begin at zero with its next owner`() throws {
    let fixture = try Fixture()
    let old = fixture.publisher.state.services[0].backends[7]
    fixture.tally.addRequest(old.slot, bytes: 100)
    var next = fixture.configuration
    next.services[0].backends.removeLast()
    try fixture.publisher.publish(next)
    next.services[1].backends.append(next.services[1].backends[0].moved(to: IPv4Address(10, 9, 9, 9), port: 1))
    let fresh = try #require(try fixture.publisher.publish(next).services[1].backends.last)
    #expect(fresh.slot == old.slot)
    #expect(fixture.tally.snapshot(fresh.slot) == BackendSnapshot())
  }

  @Test func `57, 58: a service that becomes all, or ceases to be, keeps its sessions' indices`() throws {
    let fixture = try Fixture()
    let old = fixture.publisher.state.services[3]
    #expect(old.settings.protocols == .tcp)
    for protocols in [ServiceSettings.Protocols.all, .tcp, .all, .udp] {
      var next = fixture.configuration
      next.services[3].protocols = protocols
      let new = try fixture.publisher.publish(next).services[3]
      #expect(new.index == old.index)
      #expect(new.backends.map(\.index) == old.backends.map(\.index))
    }
  }

  @Test func `94: the share of slots that move is that of the tables themselves`() throws {
    let fixture = try Fixture()
    var next = fixture.configuration
    next.services[0].maglevSlots = 16381
    let old = try fixture.publisher.publish(next).services[0]
    next.services[0].backends.removeLast()
    let new = try fixture.publisher.preview(next).services[0]
    let share = old.shareMoved(to: new)
    #expect(share > 0.125 && share < 0.15, "an eighth, and a little that moves between the others: \(share)")
    #expect(new.shareMoved(to: old) == share)
    // By another road: every slot on its own.
    let tables = [old, new].map { service in
      let table = service.layout.maglev.table
      return (0..<16381).map { slot in
        // The first hash of the slot, of which the upper half counts.
        service.backend(table.backend(for: (((UInt64(slot) << 32) + 16380) / 16381) << 32))?.identity
      }
    }
    let moved = zip(tables[0], tables[1]).count { $0 != $1 }
    #expect(Double(moved) / 16381 == share)
    next.services[0].maglevSlots = 65537
    let resized = try fixture.publisher.preview(next).services[0]
    #expect(new.shareMoved(to: resized) > 0.5, "a table of another size is another table")
    next.services[0].backends = []
    #expect(old.shareMoved(to: try fixture.publisher.preview(next).services[0]) == 1)
  }
}
