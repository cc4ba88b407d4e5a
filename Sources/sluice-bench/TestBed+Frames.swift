import EAL
import Net
import Tables

/// What is sent.
extension TestBed {
  /// A flow of the trial by its number.
  private func flow(_ number: Int) -> Int { ownFlows.isEmpty ? number : Int(ownFlows[number]) }

  private func client(_ flow: Int) -> Endpoint { Traffic.client(flow, trial.transport) }

  /// A flow, each as likely as any other.
  private func anyFlow() -> Int { flow(Int(random.next().multipliedFullWidth(by: UInt64(trial.flows)).high)) }

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

  /// Writes frame number `index` of a round.
  func write(_ frame: UnsafeMutableRawPointer, _ index: Int) {
    switch trial.scenario {
    case .forward, .handOver, .ring: request(frame, anyFlow(), flags: Traffic.ack)
    case .reply: reply(frame, anyFlow(), flags: Traffic.ack)
    case .mix where index % Trial.mixPeriod != 0: request(frame, anyFlow(), flags: Traffic.ack)
    case .mix, .new:
      request(frame, nextFlow, flags: Traffic.syn)
      nextFlow += 1
    case .stateless: request(frame, anyFlow() + Self.strangers, flags: Traffic.ack)
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
      exchange(2 * sessionEntries, request: Traffic.syn, reply: Traffic.synAck)
    default:
      exchange(trial.flows, request: Traffic.syn, reply: Traffic.synAck)
      exchange(trial.flows, request: Traffic.ack, reply: Traffic.ack)
    }
  }

  /// A request and a reply of every flow, burst by burst.
  private func exchange(_ flows: Int, request requestFlags: UInt8, reply replyFlags: UInt8) {
    let answers = FrameSource(pool: ports.pool)
    let (requests, replies) = trial.scenario.isFromServers ? (answers, source) : (source, answers)
    source.attach(port: ports.talking.id, queue: 0)
    answers.attach(port: ports.silent.id, queue: 0)
    for first in stride(from: 0, to: flows, by: FrameSource.count) {
      // Whole bursts: the last one begins again with the first flows.
      let bursts = (min(FrameSource.count, flows - first) + Self.burst - 1) / Self.burst
      let wrap = trial.scenario == .stateless ? Int.max : trial.flows
      requests.fill(bursts * Self.burst) { self.request($0, self.flow((first + $1) % wrap), flags: requestFlags) }
      replies.fill(bursts * Self.burst) { self.reply($0, self.flow((first + $1) % wrap), flags: replyFlags) }
      for _ in 0..<bursts {
        answers.release(Self.burst)
        // The frontend is polled first: a reply finds the session of its request.
        breathe()
        if trial.scenario.handsOver { breatheTwice() }
      }
    }
    source.detach()
    answers.detach()
  }

  /// The second worker's turns for what the first has handed over of both directions.
  private func breatheTwice() {
    breathe(1)
    breathe(1)
  }
}
