import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// A worker against the reference model. `Tests/prove-reference` runs it at length.
  @Suite struct ReferenceTests {
    /// The variable that says how many frames all of this takes.
    static let variable = "SLUICE_REFERENCE_FRAMES"

    /// A share of all frames.
    static func frames(_ percent: Int) -> Int {
      (TestEnvironment.number(variable) ?? 150_000) / 100 * percent
    }

    /// Three frontends, two of which have clients, and two networks that servers see elsewhere.
    private static let sides = ReferenceSides(
      clients: [IPv4Prefix("10.0.0.0/29"), IPv4Prefix("10.0.0.4/31"), nil],
      pairs: [("10.0.0.2/31", "192.168.7.128/31"), ("10.0.0.5", "172.31.255.255")].compactMap { from, to in
        IPv4Prefix(from).flatMap { from in IPv4Prefix(to).map { (from, $0) } }
      })

    @Test(arguments: [(UnmatchedAction.pass, 40), (.drop, 12)])
    func `91, 93: random packets get the verdict, the port and the octets that the reference model gives them`(
      _ unmatched: UnmatchedAction, _ percent: Int
    ) throws {
      var comparison = try ReferenceComparison(
        unmatched: unmatched, seed: TestSeed.generator("reference model, unmatched \(unmatched)"))
      comparison.run(Self.frames(percent))
      comparison.rig.skip(ticks: 21)
      #expect(comparison.rig.isPoolWhole)
    }

    @Test func `74, 84: random packets from three frontends, and of clients that servers see elsewhere`() throws {
      var comparison = try ReferenceComparison(
        sides: Self.sides, seed: TestSeed.generator("reference model, several sides"))
      comparison.run(Self.frames(18))
      #expect(comparison.verdicts[.dropped(.noFrontend)] ?? 0 > 0 && comparison.rig.counters[.copied] > 0)
    }

    @Test func `32, 48, 86: random packets while backends drain, go down, leave and are killed, and services leave`()
      throws
    {
      var comparison = try ReferenceComparison(
        isLeaving: true, seed: TestSeed.generator("reference model, leaving"))
      comparison.run(Self.frames(15))
      #expect(comparison.verdicts[.dropped(.sessionKilled)] ?? 0 > 0 && comparison.rig.counters[.sessionsKilled] > 0)
    }

    @Test(arguments: [(1, 15), (2, 7), (4, 7)])
    func `39: random packets to services that keep their clients, by several workers, while the pool changes`(
      _ workers: Int, _ percent: Int
    ) throws {
      var comparison = try ReferenceComparison(
        workers: workers, isLeaving: true, keepsClients: true,
        seed: TestSeed.generator("reference model, affinity, \(workers) workers"))
      comparison.run(Self.frames(percent))
      comparison.rig.skip(ticks: 21)
      expectSettled(comparison.rig)
    }

    @Test func `43: random packets in and out of stateless mode, while backends and services leave`() throws {
      var comparison = try ReferenceComparison(
        sides: Self.sides, isLeaving: true, floodLimit: 2, seed: TestSeed.generator("reference model, floods"))
      comparison.run(Self.frames(15))
      #expect(comparison.switches > 10 && comparison.model.memory.leftOut > 0)
    }
  }
}
