import Foundation
import Net
import Synchronization
import Tables

/// A worker's side of a mailbox without a worker: a table of buckets, each of one session, on a thread of its own.
final class AnsweringWorker: Sendable {
  private let mailbox: WorkerMailbox
  private let buckets: UInt32
  private let isStopped = Atomic(false)
  private let answered = Atomic(0)
  private let done = DispatchSemaphore(value: 0)

  /// Questions answered so far.
  var answers: Int { answered.load(ordering: .relaxed) }

  init(_ mailbox: WorkerMailbox, buckets: UInt32) {
    self.mailbox = mailbox
    self.buckets = buckets
    Thread.detachNewThread { self.run() }
  }

  /// Returns when the thread is gone.
  func stop() {
    guard !isStopped.exchange(true, ordering: .relaxed) else { return }
    done.wait()
  }

  private func run() {
    while !isStopped.load(ordering: .relaxed) {
      if let question = mailbox.question { answer(question) } else { usleep(20) }
    }
    done.signal()
  }

  private func answer(_ question: WorkerQuestion) {
    answered.wrappingAdd(1, ordering: .relaxed)
    switch question {
    case .scan(let first, let filter, let limit):
      let end = min(first + min(limit, WorkerQuestion.bucketsPerTurn), buckets)
      var written: UInt32 = 0
      for bucket in first..<max(first, end) {
        let entry = session(bucket)
        guard filter.includes(entry) else { continue }
        mailbox.write(FoundSession(entry, ticksLeft: 10), at: Int(written))
        written += 1
      }
      reply(written, upTo: end)
    case .count(let first, let filter), .flush(let first, let filter):
      let end = min(first + WorkerQuestion.bucketsPerTurn, buckets)
      reply(UInt32((first..<max(first, end)).count { filter.includes(session($0)) }), upTo: end)
    case .explain:
      mailbox.reply(
        Explanation(generation: 7, owner: WorkerIndex(0), verdict: .passed(.noService)), at: Tick(rawValue: 0))
    case .detach, .attach, .originate, .listen: reply(0, upTo: buckets)
    }
  }

  private func reply(_ count: UInt32, upTo end: UInt32) {
    mailbox.reply(WorkerAnswer(count: count, next: end < buckets ? end : 0, now: Tick(rawValue: 30)))
  }

  /// One client a bucket; the services in turn.
  private func session(_ bucket: UInt32) -> SessionEntry {
    SessionEntry(
      client: Endpoint(IPv4Address(rawValue: 0x0A00_0000 + bucket), 4000, .tcp), serverPort: 8002,
      service: ServiceIndex(UInt16(bucket % 2)), backend: BackendIndex(0), frontend: PortIndex(0), kind: .flow,
      progress: SessionProgress(.established), now: Tick(rawValue: 5))
  }
}
