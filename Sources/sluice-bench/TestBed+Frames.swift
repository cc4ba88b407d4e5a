import EAL
import Net
import Tables

/// What is sent.
extension TestBed {
  private func client(_ flow: Int) -> Endpoint { Traffic.client(flow, trial.transport) }

  /// A number below `count`, each as likely as any other.
  private func any(_ count: Int) -> Int { Int(random.next().multipliedFullWidth(by: UInt64(count)).high) }

  /// A flow, each as likely as any other.
  private func anyFlow() -> Int { any(trial.flows) }

  /// A flow that a worker owns.
  private func anyFlow(of worker: Int) -> Int { Int(flowsByOwner[worker][any(flowsByOwner[worker].count)]) }

  /// Writes a request of a flow.
  private func request(_ frame: UnsafeMutableRawPointer, _ flow: Int, flags: UInt8) {
    let vip = Traffic.vip(Traffic.service(of: flow, trial), trial.transport)
    Traffic.write(frame, from: client(flow), to: vip, flags: flags)
  }

  /// Writes a reply: from the backend that the flow has, which is the stateless choice, as no pool has changed.
  private func reply(_ frame: UnsafeMutableRawPointer, _ flow: Int, flags: UInt8) {
    let service = Traffic.service(of: flow, trial)
    let record = tables.tables.pointee.service(ServiceIndex(UInt16(service)))
    let choice = tables.tables.pointee.choice(of: record, for: client(flow))
    let backend = Traffic.backend(Int(choice.rawValue), of: service, trial)
    Traffic.write(frame, from: backend, to: client(flow), flags: flags)
  }

  /// Writes one half of a flow's datagram: frame `index` of a round, the first half if it is even.
  private func fragment(_ frame: UnsafeMutableRawPointer, _ index: Int) {
    if index & 1 == 0 { fragmentedFlow = anyFlow() }
    let vip = Traffic.vip(Traffic.service(of: fragmentedFlow, trial), trial.transport)
    let number = UInt16(truncatingIfNeeded: index >> 1)
    Traffic.writeFragment(frame, from: client(fragmentedFlow), to: vip, number: number, isFirst: index & 1 == 0)
  }

  /// Writes an error about a reply of a flow.
  private func error(_ frame: UnsafeMutableRawPointer, _ flow: Int) {
    let vip = Traffic.vip(Traffic.service(of: flow, trial), trial.transport)
    Traffic.writeError(frame, about: vip, to: client(flow))
  }

  /// Writes frame number `index` of a round for a worker that polls.
  func write(_ frame: UnsafeMutableRawPointer, _ index: Int, for worker: Int) {
    switch trial.scenario {
    case .forward, .dsr, .anywhere: request(frame, anyFlow(), flags: Traffic.ack)
    case .atOwner: request(frame, anyFlow(of: worker), flags: Traffic.ack)
    case .handOver, .ring: request(frame, anyFlow(of: 1), flags: Traffic.ack)
    case .reply: reply(frame, anyFlow(), flags: Traffic.ack)
    case .mix where index % Trial.mixPeriod != 0: request(frame, anyFlow(), flags: Traffic.ack)
    case .mix, .new:
      request(frame, nextFlow, flags: Traffic.syn)
      nextFlow += 1
    case .stateless: request(frame, anyFlow() + Self.strangers, flags: Traffic.ack)
    case .fragments: fragment(frame, index)
    case .errors: error(frame, anyFlow())
    case .pass: Traffic.write(frame, from: client(anyFlow()), to: Traffic.nobody(trial.transport), flags: Traffic.ack)
    }
  }

  /// Flow numbers from here on are of clients that have no session.
  private static let strangers = 1 << 32

  /// Every flow twice, each time with its reply, so that all sessions are there and confirmed.
  func warmUp() {
    switch trial.scenario {
    case .new, .pass: return
    case .stateless:
      // More than fit, so that no place stays free.
      exchange(sessionEntries * 5 / 4, request: Traffic.syn, reply: Traffic.synAck) { $0 }
      return
    default: break
    }
    for (request, reply) in [(Traffic.syn, Traffic.synAck), (Traffic.ack, Traffic.ack)] {
      if flowsByOwner.isEmpty { exchange(trial.flows, request: request, reply: reply) { $0 } }
      for (owner, flows) in flowsByOwner.enumerated() where trial.scenario.isParallel || owner == 1 {
        exchange(flows.count, by: owner, request: request, reply: reply) { Int(flows[$0]) }
      }
    }
  }

  /// A request and a reply of every flow, burst by burst.
  ///
  /// - Parameter owner: the worker that owns the flows.
  private func exchange(
    _ count: Int, by owner: Int = 0, request requestFlags: UInt8, reply replyFlags: UInt8, flow: (Int) -> Int
  ) {
    let poller = trial.scenario.handsOver ? 0 : owner
    let answers = FrameSource(pool: ports.pool, frameLength: trial.scenario.frameLength)
    let (requests, replies) =
      trial.scenario.isFromServers ? (answers, sources[poller]) : (sources[poller], answers)
    sources[poller].attach(port: ports.talking.id, queue: UInt16(poller))
    answers.attach(port: ports.silent.id, queue: UInt16(poller))
    for first in stride(from: 0, to: count, by: FrameSource.count) {
      // Whole bursts: the last one begins again with the first flows.
      let bursts = (min(FrameSource.count, count - first) + Self.burst - 1) / Self.burst
      requests.fill(bursts * Self.burst) { self.request($0, flow((first + $1) % count), flags: requestFlags) }
      replies.fill(bursts * Self.burst) { self.reply($0, flow((first + $1) % count), flags: replyFlags) }
      for _ in 0..<bursts {
        answers.release(Self.burst)
        // The frontend is polled first: a reply finds the session of its request.
        breathe(poller)
        guard poller != owner else { continue }
        // The requests, then the replies.
        breathe(owner)
        breathe(owner)
      }
    }
    sources[poller].detach()
    answers.detach()
  }
}
