import Counters
import Dataplane
import Net
import Tables
import TestSupport
import Testing

extension WorkerSuites {
  /// What a worker says that it would do, against what it then does.
  @Suite struct ExplainTests {
    /// A rig under random traffic and random states of its backends, and what was compared so far.
    struct Comparison {
      let rig: Rig
      var traffic: Traffic
      /// Services that remember which server a client has.
      let keeping: Set<Int>
      var compared = 0
      var kinds: [String: Int] = [:]

      init(_ setting: Setting, seed: SplitMix64) throws {
        rig = try Rig(
          services: setting.services, unmatched: setting.unmatched, workers: setting.workers,
          sessionCapacity: setting.sessionCapacity)
        keeping = Set(setting.services.indices.filter { setting.services[$0].affinity == .sourceIP })
        traffic = Traffic(generator: seed)
      }

      /// The explanation of the worker that decides, having asked any.
      func explanation(of frame: [UInt8], from port: PortIndex, asking worker: Int) -> Explanation {
        var explanation = rig.explain(frame, from: port, at: worker)
        var asked = worker
        for _ in 0..<4 where explanation.verdict == .handedOver {
          let owner = Int(explanation.owner.rawValue)
          #expect(owner != asked)
          asked = owner
          explanation = rig.explain(frame, from: port, at: owner, mark: explanation.mark)
        }
        return explanation
      }

      /// One frame, explained and then sent; returns what disagrees.
      mutating func step() -> String? {
        let (port, frame) = traffic.frame()
        let worker = rig.mailboxes.count == 1 ? 0 : traffic.any([0, 1])
        let ticks = rig.mailboxes.indices.map { rig.tick($0) }
        let isWatched = compared % 50 == 0
        let before = isWatched ? memory() : []
        let books = figures()
        let explanation = explanation(of: frame, from: port, asking: worker)
        guard figures() == books, !isWatched || before == memory() else { return "asking has changed something" }
        let output = rig.send(frame, into: port, at: worker)
        // A tick more may have been the end of a session.
        guard ticks == rig.mailboxes.indices.map({ rig.tick($0) }) else { return nil }
        compared += 1
        return disagreement(explanation, books, output, frame).map {
          "\(Rig.Output(port: port, bytes: frame)): \($0); \(explanation); \(output)"
        }
      }

      /// The sessions of all workers.
      private func memory() -> [String] {
        rig.mailboxes.indices.flatMap { worker in
          rig.sessions(worker).map { "\($0.client) \($0.service) \($0.backend) \($0.isDirect) \($0.progress)" }
        }
      }

      /// The counters that asking must leave alone.
      private func figures() -> [UInt64] {
        let seen = rig.counters
        return DropReason.allCases.map { seen[$0] } + PassReason.allCases.map { seen[$0] }
          + [
            seen[Counter.forwarded], seen[Counter.answered], seen[.sessionsCreated], seen[.sessionsNotStored],
            seen[.adoptedReplies], seen[.held],
          ]
      }

      private mutating func disagreement(
        _ explanation: Explanation, _ before: [UInt64], _ output: [Rig.Output], _ frame: [UInt8]
      ) -> String? {
        let grown = zip(figures(), before).map { $0 &- $1 }
        let (drops, passes) = (DropReason.allCases.count, PassReason.allCases.count)
        let (forwarded, answered) = (grown[drops + passes], grown[drops + passes + 1])
        let created = grown[drops + passes + 2]
        // Beside the session it may be remembered from now on which server the client has.
        let isNews = explanation.choice.map { !$0.isRemembered } ?? false
        let memories = isNews && explanation.service.map { keeping.contains(Int($0.rawValue)) } ?? false ? 1 : 0
        guard (0...memories).contains(Int(created) - (explanation.makesSession ? 1 : 0)) else {
          return "\(created) entries made"
        }
        guard explanation.generation == rig.tables.tables.pointee.generation else { return "another generation" }
        kinds[
          "\(explanation.verdict), session \(explanation.session.map { "\($0.standing)" } ?? "none")", default: 0] += 1
        // Behind a datagram's first fragment those leave that have waited for it.
        let isHead = ReferenceFragment.read(frame)?.start == 0
        let output = isHead ? Array(output.prefix(1)) : output
        guard output.map(\.port) == (explanation.exit.map { [$0] } ?? []) else { return "out of other ports" }
        switch explanation.verdict {
        case .forwarded, .returned:
          guard isHead ? forwarded >= 1 : forwarded == 1, let rewrite = explanation.rewrite else {
            return "not forwarded"
          }
          let isRequest = explanation.verdict == .forwarded
          if let fragment = ReferenceFragment.read(frame) {
            let place = fragment.network + (isRequest ? 16 : 12)
            return ReferencePacket.address(output[0].bytes, place) == rewrite.to.address ? nil : "another address after"
          }
          guard let packet = Self.ends(output[0].bytes) else { return "no packet after" }
          guard let was = Self.ends(frame) else { return "not a packet" }
          guard (isRequest ? was.destination : was.source) == rewrite.from else { return "other ends before" }
          return (isRequest ? packet.destination : packet.source) == rewrite.to ? nil : "other ends after"
        case .passed(let reason):
          let count = grown[drops + reason.index]
          return (isHead ? count >= 1 : count == 1) && output[0].bytes == frame ? nil : "not passed"
        // With the one that is dropped, others may go that waited.
        case .dropped(let reason): return grown[reason.index] >= 1 ? nil : "not dropped"
        case .held:
          // What waited of a datagram whose time was over, or that gave way, may have gone with it.
          let gone = grown[DropReason.fragmentTimeout.index] &+ grown[DropReason.fragmentLimit.index]
          return output.isEmpty && grown.last.map { $0 &+ gone } == 1 ? nil : "not held"
        case .refused, .reset, .portInUse, .answered: return answered == 1 ? nil : "not answered"
        case .toKernel: return "no rig of these has a twin"
        case .handedOver: return "nobody decides"
        }
      }

      /// Source and destination; of an error those of the flow's packets that travel as it does.
      private static func ends(_ frame: [UInt8]) -> (source: Endpoint, destination: Endpoint)? {
        switch ReferencePacket.read(frame) {
        case .packet(let packet): (packet.source, packet.destination)
        case .error(let error): (error.quotedDestination, error.quotedSource)
        case .passed, .dropped: nil
        }
      }

      /// Now and then time passes, or backends come, go and die.
      mutating func change() {
        if traffic.chance(5) {
          rig.skip(ticks: traffic.any([1, 1, 20, 60, 95, 101, 601]), sweeping: traffic.chance(30))
        }
        guard traffic.chance(1) else { return }
        let keys = rig.keys
        rig.publish(
          layouts: rig.tables.layouts.map { layout in
            let isRemoved = traffic.chance(10)
            let states = layout.backends.map { backend in
              let left: [BackendState] = [.removed, .removed, .killed, .killedWithReset]
              if isRemoved || traffic.chance(20) { return traffic.any(left) }
              return backend.definition.weight == 0 || traffic.chance(20) ? .draining : .active
            }
            return layout.with(states, isRemoved: isRemoved, keys: keys)
          })
      }
    }

    /// What is compared: how, and how many frames of it.
    struct Setting: CustomTestStringConvertible {
      var unmatched = UnmatchedAction.pass
      var workers = 1
      var sessionCapacity = 4096
      var keepsClients = false
      var frames: Int

      var services: [ServiceDefinition] { keepsClients ? Traffic.keeping : Traffic.services }
      var testDescription: String {
        "\(frames) frames, unmatched \(unmatched), \(workers) workers, \(sessionCapacity) flows"
          + (keepsClients ? ", affinity source_ip" : "")
      }
    }

    @Test(arguments: [
      Setting(frames: 10_000), Setting(workers: 2, frames: 3000), Setting(unmatched: .drop, frames: 2000),
      Setting(sessionCapacity: 20, frames: 3000), Setting(keepsClients: true, frames: 3000),
      Setting(workers: 2, keepsClients: true, frames: 3000),
    ])
    func `93: explain agrees with what the next such packet gets, 10^4 random frames, and changes nothing`(
      _ setting: Setting
    ) throws {
      let name = "explain, \(setting.testDescription)"
      var comparison = try Comparison(setting, seed: TestSeed.generator(name))
      while comparison.compared < setting.frames {
        comparison.change()
        if let fault = comparison.step() {
          Issue.record("after \(comparison.compared) frames: \(fault)")
          return
        }
      }
      print("\(name): " + comparison.kinds.map { "\($0.value) \($0.key)" }.sorted().joined(separator: "; "))
      #expect(comparison.kinds.count > (setting.unmatched == .pass ? 25 : 15), "the frames do not reach every corner")
      comparison.rig.skip(ticks: 21)
      expectSettled(comparison.rig)
    }

    @Test func `93: a probe for a tuple is the frame that such a client would send`() throws {
      let rig = try Rig(services: [Scene.web, Scene.dns, Scene.echo])
      let client = (address: Scene.client, port: UInt16(40000))
      for (port, transport) in [(UInt16(8000), TransportProtocol.tcp), (53, .udp), (0, .icmp)] {
        let probe = ProbeFrame.bytes(from: client, to: (Scene.vip, port), transport)
        let explanation = rig.explain(probe, from: Rig.frontend)
        #expect(explanation.verdict == .forwarded && explanation.makesSession && explanation.session == nil)
        let choice = try #require(explanation.choice)
        #expect(explanation.backend == choice.backend)
        let payload: FrameBuilder.Payload =
          switch transport {
          case .tcp: .tcp(flags: Scene.syn)
          case .udp: .udp()
          case .icmp: .icmp(type: 8)
          }
        let request = FrameBuilder(from: client.address, client.port, to: Scene.vip, port, payload)
        #expect(Scene.server(of: rig.fromClient(request), for: request) == Int(choice.backend.rawValue))
        let known = try rig.ask { try $0.explain(probe, arrival: Rig.frontend) }
        #expect(known.session?.standing == .alive && known.choice == nil && !known.makesSession)
        let server = try #require(known.rewrite).to
        let reply = ProbeFrame.bytes(
          from: (server.address, server.port), to: client, transport, tcpFlags: 0x12)
        let back = rig.explain(reply, from: Rig.backend)
        #expect(back.verdict == .returned && back.rewrite?.to == Endpoint(Scene.vip, port, transport))
        #expect(back.rewrite?.from == server && back.exit == Rig.frontend)
      }
      #expect(throws: MailboxError.frameTooLong(limit: 2048)) {
        try rig.mailboxes[0].explain([UInt8](repeating: 0, count: 2049), arrival: Rig.frontend)
      }
    }

    @Test(arguments: TransportProtocol.allCases)
    func `93: a probe's checksums are right`(_ transport: TransportProtocol) {
      for (from, to) in [(UInt16(40000), UInt16(0)), (0, 40000), (1, 65535)] {
        let probe = ProbeFrame.bytes(from: (Scene.client, from), to: (Scene.vip, to), transport)
        #expect(Checksums.faults(of: probe).isEmpty)
      }
    }
  }
}
