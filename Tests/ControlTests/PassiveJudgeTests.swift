@testable import Configuration
@testable import Control
import Testing

/// The judgement of how backends take new sessions; figures are written by hand.
@Suite struct PassiveJudgeTests {
  /// Rules under which ten sessions in three seconds are enough, and half a pool may go.
  static func settings(ejected: Double = 0.5, sample: Int = 10) -> PassiveSettings {
    var settings = PassiveSettings.defaults
    (settings.isOn, settings.window, settings.sample, settings.failures) = (true, 3000, sample, 0.5)
    settings.ejected = ejected
    return settings
  }

  /// A pool whose backends' figures grow as a test says.
  struct Pool {
    var judge: PassiveJudge<String>
    var figures: [String: PassiveFigures]
    var isDatagrams = false
    var names: [String]
    var down: Set<String> = []
    var downByChecks: Set<String> = []

    init(_ names: [String], _ settings: PassiveSettings = settings()) {
      judge = PassiveJudge(settings)
      self.names = names
      figures = Dictionary(uniqueKeysWithValues: names.map { ($0, PassiveFigures(sessions: 0)) })
      _ = look()
    }

    /// What happens to one backend until the next look.
    mutating func add(
      _ name: String, _ sessions: Int, unanswered: Int = 0, refused: Int = 0, unreachable: Int = 0, repeated: Int = 0
    ) {
      figures[name]?.sessions += sessions
      figures[name]?.open += unanswered
      figures[name]?.refused += refused
      figures[name]?.unreachable += unreachable
      figures[name]?.repeated += repeated
    }

    /// A second later; those that are found are out.
    mutating func look() -> [PassiveJudge<String>.Finding] {
      let seats = names.map { name in
        let own = figures[name] ?? PassiveFigures(sessions: 0)
        return PassiveJudge<String>.Seat(
          backend: name, figures: isDatagrams ? [PassiveFigures(sessions: 0), own] : [own],
          isUp: !down.contains(name) && !downByChecks.contains(name), isEjected: down.contains(name))
      }
      let found = judge.look(at: seats)
      down.formUnion(found.map(\.backend))
      return found
    }
  }

  @Test func `87: SYNs that nobody answers count once they were open at two looks, and the cause says so`() {
    var pool = Pool(["a", "b"])
    pool.add("a", 12)
    pool.add("b", 12, unanswered: 12)
    #expect(pool.look() == [], "they may be answered in a moment")
    #expect(pool.look() == [.init(backend: "b", cause: "passive: 12 of 12 SYNs unanswered in 2 s")])
    #expect(pool.look() == [])
  }

  @Test func `87: what is under way at a look is no failure, however much there is of it`() {
    var pool = Pool(["a", "b"])
    for _ in 0..<20 {
      // A thousand within a moment before the look, and those before them were answered.
      pool.figures["b"]?.sessions += 1000
      pool.figures["b"]?.open = 1000
      #expect(pool.look() == [])
      pool.figures["b"]?.open = 0
      #expect(pool.look() == [])
    }
    // A steady number under way, as with a server that takes nearly half a second to answer.
    for _ in 0..<20 {
      pool.figures["b"]?.sessions += 100
      pool.figures["b"]?.open = 40
      #expect(pool.look() == [])
    }
  }

  @Test(arguments: [
    ("passive: 10 of 20 SYNs refused in 1 s", 10, 0, 0), ("passive: 10 of 20 SYNs unreachable in 1 s", 0, 10, 0),
    ("passive: 10 of 20 SYNs repeated in 1 s", 0, 0, 10),
    ("passive: of 20 SYNs 9 refused, 2 unreachable in 1 s", 9, 2, 0),
  ])
  func `87: refusals, errors and repeated SYNs count at once`(
    cause: String, refused: Int, unreachable: Int, repeated: Int
  ) {
    var pool = Pool(["a", "b"])
    pool.add("a", 20)
    pool.add("b", 20, refused: refused, unreachable: unreachable, repeated: repeated)
    #expect(pool.look() == [.init(backend: "b", cause: cause)])
  }

  @Test func `87: datagrams are judged for themselves`() {
    var pool = Pool(["a", "b"])
    pool.isDatagrams = true
    _ = pool.look()
    pool.add("a", 30)
    pool.add("b", 30, unreachable: 30)
    #expect(pool.look() == [.init(backend: "b", cause: "passive: 30 of 30 new flows unreachable in 1 s")])
  }

  @Test func `87: too few sessions or too few failures conclude nothing, and a quiet pool stays`() {
    var pool = Pool(["a", "b"])
    pool.add("a", 9, refused: 9)
    pool.add("b", 20, refused: 9)
    for _ in 0..<10 { #expect(pool.look() == []) }
    pool.add("a", 10, refused: 10)
    #expect(pool.look().map(\.backend) == ["a"], "a window of its own")
  }

  @Test func `87: what lies before the window is forgotten`() {
    var pool = Pool(["a", "b"])
    for _ in 0..<20 {
      // Nine in every three seconds.
      pool.add("a", 3, refused: 3)
      #expect(pool.look() == [])
    }
    pool.add("a", 4, refused: 4)
    #expect(pool.look().map(\.backend) == ["a"])
  }

  @Test func `87: what was counted before the first look, or by another before, counts for nothing`() {
    var pool = Pool(["a", "b"])
    pool.names = ["a", "b", "c"]
    pool.figures["c"] = PassiveFigures(sessions: 1000, refused: 1000)
    #expect(pool.look() == [])
    // Counters begin again.
    pool.figures["c"] = PassiveFigures(sessions: 5, refused: 5)
    #expect(pool.look() == [])
  }

  @Test func `87: a part of the pool stays when all fail, and the worst go first`() {
    var pool = Pool(["a", "b", "c", "d", "e"])
    for (name, refused) in [("a", 12), ("b", 13), ("c", 20), ("d", 20), ("e", 12)] {
      pool.add(name, 20, refused: refused)
    }
    // Half of five is two; equal ones go in the pool's order.
    #expect(pool.look().map(\.backend) == ["c", "d"])
    for name in pool.names { pool.add(name, 20, refused: 20) }
    #expect(pool.look() == [])
    pool.down.remove("c")
    for name in pool.names { pool.add(name, 20, refused: 20) }
    #expect(pool.look().map(\.backend) == ["b"], "one is back, so another may go")
  }

  @Test(arguments: [(0.0, 0), (0.01, 1), (0.5, 1), (0.67, 2), (1.0, 2)])
  func `87: the cap is a share, at least one of several, and never the last that is up`(share: Double, gone: Int) {
    var pool = Pool(["a", "b", "c"], Self.settings(ejected: share))
    for name in pool.names { pool.add(name, 20, refused: 20) }
    #expect(pool.look().count == gone)
    var alone = Pool(["a"], Self.settings(ejected: share))
    alone.add("a", 20, refused: 20)
    #expect(alone.look() == [])
  }

  @Test func `87: with the others down by checks, the last is not taken out`() {
    var pool = Pool(["a", "b", "c"], Self.settings(ejected: 1))
    pool.downByChecks = ["b", "c"]
    pool.add("a", 20, refused: 20)
    #expect(pool.look() == [])
    pool.downByChecks = ["c"]
    pool.add("a", 20, refused: 20)
    _ = pool.look()
    pool.add("a", 20, refused: 20)
    #expect(pool.look().map(\.backend) == [] && pool.down == ["a"])
  }

  @Test func `87: who comes up again begins with nothing against him`() {
    var pool = Pool(["a", "b"])
    pool.add("b", 20, refused: 20)
    #expect(pool.look().map(\.backend) == ["b"])
    pool.add("b", 20, refused: 20)
    #expect(pool.look() == [])
    pool.down = []
    #expect(pool.look() == [])
    pool.add("b", 9, refused: 9)
    #expect(pool.look() == [])
    pool.add("b", 1, refused: 1)
    #expect(pool.look().map(\.backend) == ["b"])
  }

  @Test func `87: nor does it count against who comes up between two looks`() {
    var pool = Pool(["a", "b"])
    pool.add("b", 20, refused: 20)
    #expect(pool.look().map(\.backend) == ["b"])
    pool.down = []
    pool.add("b", 5)
    #expect(pool.look() == [])
    pool.add("b", 9, refused: 9)
    #expect(pool.look() == [])
  }
}
