import Dispatch
import Foundation
import Net
import Synchronization
import Tables

/// Asks workers for sessions and decisions, on a queue of its own: nobody reads another's table, a worker answers one
/// bounded question between two bursts, and whoever asks waits no longer than `patience` for it.
///
/// What takes many questions is cut into slices, so that a list of ten million sessions holds up no `explain`.
public final class SessionDesk: Sendable {
  /// How long a worker may take for one question.
  static let patience = Duration.seconds(1)
  /// Workers that a frame may go to, one after the other, until one decides.
  static let hops = 4
  /// How long one slice of a long answer takes, about.
  static let slice = Duration.milliseconds(20)

  let instance: Instance
  private let queue = DispatchQueue(label: "sluice.sessions")
  private let isClosed = Atomic(false)

  /// The desk of a running instance.
  public init(instance: Instance) { self.instance = instance }

  /// Waits for the question that is being asked, and asks no more: workers and their mailboxes may go.
  func close() {
    isClosed.store(true, ordering: .releasing)
    queue.sync {}
  }

  /// Does a piece of work on the queue; `work` is told whether workers may still be asked. After the end, at once.
  func enqueue(_ work: @escaping @Sendable (_ isOpen: Bool) -> Void) {
    guard !isClosed.load(ordering: .acquiring) else { return work(false) }
    queue.async { work(!self.isClosed.load(ordering: .acquiring)) }
  }

  /// The beginning of a list of sessions; the rest follows piece by piece.
  func list(_ filters: [SessionFilter], limit: Int?) -> SessionList {
    SessionList(self, TableWalk(instance.workers, filters), limit: limit)
  }

  /// Counts sessions, or removes them, and tells how many.
  func sweep(
    _ filters: [SessionFilter], removing: Bool, then done: @escaping @Sendable (SessionCountReport) -> Void
  ) {
    go(on: TableWalk(instance.workers, filters), removing, 0, done)
  }

  private func go(
    on walk: TableWalk, _ removing: Bool, _ sum: Int, _ done: @escaping @Sendable (SessionCountReport) -> Void
  ) {
    enqueue { isOpen in
      var (walk, sum) = (walk, sum)
      let deadline = ContinuousClock.now + Self.slice
      while isOpen, !walk.isDone, ContinuousClock.now < deadline {
        walk.step { worker, bucket, filter throws(MailboxError) in
          let turn =
            try removing
            ? worker.mailbox.flush(from: bucket, filter, timeout: Self.patience)
            : worker.mailbox.count(from: bucket, filter, timeout: Self.patience)
          sum += turn.count
          return turn.next
        }
      }
      guard isOpen, !walk.isDone else {
        return done(SessionCountReport(count: sum, flushed: removing, silentWorkers: walk.silent))
      }
      self.go(on: walk, removing, sum, done)
    }
  }
}
