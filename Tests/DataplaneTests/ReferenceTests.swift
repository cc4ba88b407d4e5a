import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// A worker against the reference model, under the same random traffic, time and changes of weights.
  @Suite struct ReferenceTests {
    /// Both, and what was made of the frames so far.
    struct Comparison {
      let rig: Rig
      var model: ReferenceModel
      var traffic: Traffic
      var verdicts: [ReferenceModel.Verdict: UInt64] = [:]
      var frames = 0
      var ambiguous = 0

      init(unmatched: UnmatchedAction, sides: ReferenceSides = ReferenceSides(), seed: SplitMix64) throws {
        rig = try Rig(
          services: Self.observed(Traffic.services), unmatched: unmatched, frontends: sides.clients,
          sourceRewrites: sides.pairs.map { SourceRewrite(from: $0.from, to: $0.to) })
        model = ReferenceModel(services: Traffic.services, tables: rig.tables, dropsUnmatched: unmatched == .drop)
        model.sides = sides
        traffic = Traffic(generator: seed, sides: sides)
      }

      /// Every other service is observed, which changes nothing of what becomes of its packets.
      static func observed(_ services: [ServiceDefinition]) -> [ServiceDefinition] {
        var services = services
        for index in services.indices { services[index].isObserved = index % 2 == 0 }
        return services
      }

      /// Frames for one side in one burst, each of another client, as the order among flows is the worker's own.
      mutating func burst() -> (port: PortIndex, frames: [[UInt8]]) {
        let count = traffic.chance(70) ? 1 : Int.random(in: 2...32, using: &traffic.generator)
        let first = traffic.frame()
        var frames = [first.bytes]
        var clients: Set<Endpoint> = []
        guard client(first, &clients) else { return (first.port, frames) }
        while frames.count < count {
          let next = traffic.frame()
          guard next.port == first.port else { continue }
          guard client(next, &clients) else { break }
          frames.append(next.bytes)
        }
        return (first.port, frames)
      }

      /// Whether the frame's client is another than those before.
      private func client(_ frame: (port: PortIndex, bytes: [UInt8]), _ clients: inout Set<Endpoint>) -> Bool {
        // A datagram's fragments are taken as they come, before the packets of their burst.
        if ReferenceFragment.read(frame.bytes) != nil { return false }
        let isRequest = frame.port != Rig.backend
        func known(_ end: Endpoint) -> Endpoint { isRequest ? end : model.sides.client(seenAs: end) ?? end }
        switch ReferencePacket.read(frame.bytes) {
        case .packet(let packet):
          return clients.insert(known(isRequest ? packet.source : packet.destination)).inserted
        case .error(let error):
          return clients.insert(known(isRequest ? error.quotedDestination : error.quotedSource)).inserted
        case .passed, .dropped: return true
        }
      }

      /// One burst into both; returns what they disagree about.
      mutating func step() -> String? {
        let (port, burst) = burst()
        frames += burst.count
        rig.inject(burst, into: port)
        rig.serve(port)
        // Now: the next step may be of the next tick.
        if rig.tick() != model.now { model.age(to: rig.tick()) }
        var actual = rig.collect().map(normalised)
        for event in burst.flatMap({ model.events(of: $0, from: port) }) {
          if case .held = event { continue }
          let outcomes = model.outcomes(of: event, from: port)
          if outcomes.count > 1 { ambiguous += 1 }
          let place = outcomes.firstIndex { outcome in
            guard let output = outcome.output else { return true }
            return actual.contains(normalised(output))
          }
          guard let place else {
            return "\(burst.map { Rig.Output(port: port, bytes: $0) }) must give \(outcomes.map(\.verdict)): "
              + "\(outcomes.map { $0.output.map(normalised) }), not among \(actual)"
          }
          if let output = outcomes[place].output, let index = actual.firstIndex(of: normalised(output)) {
            actual.remove(at: index)
          }
          for copy in outcomes[place].copies {
            guard let index = actual.firstIndex(of: normalised(copy)) else { return "no copy \(copy) among \(actual)" }
            actual.remove(at: index)
          }
          verdicts[outcomes[place].verdict, default: 0] += 1 + UInt64(outcomes[place].copies.count)
          model.sessions = outcomes[place].memory
        }
        return actual.isEmpty ? disagreement() : "nobody expects \(actual)"
      }

      private func normalised(_ output: Rig.Output) -> Rig.Output {
        Rig.Output(port: output.port, bytes: ReferencePacket.normalised(output.bytes))
      }

      /// What the counters and the model's verdicts disagree about.
      private func disagreement() -> String? {
        let seen = rig.counters
        guard seen.isBalanced else { return "91: the books do not balance" }
        var wrong: [String] = []
        func compare(_ name: String, _ count: UInt64, _ verdict: ReferenceModel.Verdict) {
          if count != verdicts[verdict] ?? 0 { wrong.append("\(name): \(count), not \(verdicts[verdict] ?? 0)") }
        }
        compare("forwarded", seen[Counter.forwarded], .forwarded)
        compare("answered", seen[Counter.answered], .answered)
        if seen[.held] != UInt64(model.held) { wrong.append("held: \(seen[.held]), not \(model.held)") }
        for reason in PassReason.allCases { compare("passed \(reason)", seen[reason], .passed(reason)) }
        for reason in DropReason.allCases {
          let lost = reason == .fragmentTimeout ? UInt64(model.timedOut) : 0
          compare("dropped \(reason)", seen[reason] &- lost, .dropped(reason))
        }
        return wrong.isEmpty ? nil : wrong.joined(separator: ", ")
      }

      /// Now and then time passes or weights change. Ticks pass often enough for refusals not to run out.
      mutating func change() -> String? {
        if traffic.chance(10) {
          let ticks = traffic.any([UInt32(1), 1, 1, 20, 60, 95, 101, 300, 601] + (traffic.chance(5) ? [36001] : []))
          let isSweeping = traffic.chance(30)
          rig.skip(ticks: ticks, sweeping: isSweeping)
          rig.serveTick()
          model.age(to: rig.tick())
          if isSweeping, rig.counters[.sessionsActive] != UInt64(model.sessions.count) {
            return "\(rig.counters[.sessionsActive]) sessions, not \(model.sessions.count)"
          }
        }
        if Int.random(in: 0..<1000, using: &traffic.generator) == 0 {
          model.services = traffic.reweighted(model.services)
          rig.publish(Self.observed(model.services))
          model.tables = rig.tables
        }
        return nil
      }
    }

    /// Three frontends, two of which have clients, and two networks that servers see elsewhere.
    private static let sides = ReferenceSides(
      clients: [IPv4Prefix("10.0.0.0/29"), IPv4Prefix("10.0.0.4/31"), nil],
      pairs: [("10.0.0.2/31", "192.168.7.128/31"), ("10.0.0.5", "172.31.255.255")].compactMap { from, to in
        IPv4Prefix(from).flatMap { from in IPv4Prefix(to).map { (from, $0) } }
      })

    @Test func `74, 84: 3 x 10^4 random packets from three frontends, and of clients that servers see elsewhere`()
      throws
    {
      var comparison = try Comparison(
        unmatched: .pass, sides: Self.sides, seed: TestSeed.generator("reference model, several sides"))
      while comparison.frames < 30000 {
        if let fault = comparison.step() ?? comparison.change() {
          Issue.record("after \(comparison.frames) frames: \(fault)")
          return
        }
      }
      #expect(comparison.verdicts[.dropped(.noFrontend)] ?? 0 > 0 && comparison.rig.counters[.copied] > 0)
    }

    @Test(arguments: [(UnmatchedAction.pass, 80000), (.drop, 20000)])
    func `91: 10^5 random packets get the verdict, the port and the octets that the reference model gives them`(
      _ unmatched: UnmatchedAction, _ count: Int
    ) throws {
      var comparison = try Comparison(
        unmatched: unmatched, seed: TestSeed.generator("reference model, unmatched \(unmatched)"))
      while comparison.frames < count {
        if let fault = comparison.step() ?? comparison.change() {
          Issue.record("after \(comparison.frames) frames: \(fault)")
          return
        }
      }
      print(
        "reference model: \(comparison.frames) frames, \(comparison.ambiguous) with two sessions to choose from, "
          + "\(comparison.verdicts.map { "\($0.key): \($0.value)" }.sorted().joined(separator: ", "))")
      comparison.rig.skip(ticks: 21)
      #expect(comparison.rig.isPoolWhole)
    }
  }
}
