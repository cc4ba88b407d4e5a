import Configuration
import Foundation
import Synchronization
import Tables

/// Owns the tables in force and the pointer by which workers find them, and replaces them: one exchange of
/// the pointer, a grace period, then the old tables are freed (design decision D7). Never in place.
public final class Publisher: Sendable {
  /// Set once, immutable, and freed by its last owner: safe to pass between threads.
  private struct Owned: @unchecked Sendable { let tables: TableSet }

  private struct Retired {
    let owned: Owned
    let token: UInt64
  }

  private struct Ownership {
    var current: Owned
    /// Replaced, but still in the hands of a worker that does not report.
    var retired: [Retired] = []
    var isClosed = false
  }

  // Set at start, never changed.
  /// What workers read.
  public let published: Published
  private let gracePeriods: any GracePeriods
  private let backendRoom: Int
  private let patience: Duration

  // One publication at a time holds this, for as long as it takes.
  private let ownership: Mutex<Ownership>
  // Any thread, briefly.
  private let running: Mutex<RunningState>
  private let silentCount = Atomic<Int>(0)

  /// Publishes the first tables; workers may start after it.
  ///
  /// - Parameters:
  ///   - backendRoom: backend slots that every worker's counters have; later tables may not need more.
  ///   - patience: how long `publish` waits for the workers before it gives up on freeing.
  public init(
    _ tables: TableSet, of configuration: Configuration, gracePeriods: any GracePeriods, backendRoom: Int,
    patience: Duration = .seconds(5)
  ) {
    precondition(tables.slotCount <= backendRoom, "the counters are made for the first tables")
    self.gracePeriods = gracePeriods
    self.backendRoom = backendRoom
    self.patience = patience
    published = Published.create(tables.tables)
    running = Mutex(RunningState(tables, of: configuration))
    ownership = Mutex(Ownership(current: Owned(tables: tables)))
  }

  /// What is in force now. Any thread; never waits for a publication.
  public var state: RunningState { running.withLock { $0 } }

  /// Replaced table sets that a worker still holds; anything but 0 means a worker that does not report.
  public var silentGenerations: Int { silentCount.load(ordering: .relaxed) }

  /// Puts other tables in force, and returns when the old ones are freed.
  ///
  /// Sleeps while it waits: not to be called on an event loop.
  ///
  /// - Throws: `PublishError`; after `.tooManyBackends` nothing has changed.
  public func publish(_ tables: TableSet, of configuration: Configuration) throws(PublishError) {
    guard tables.slotCount <= backendRoom else {
      throw .tooManyBackends(wanted: tables.slotCount, room: backendRoom)
    }
    let new = Owned(tables: tables)
    try ownership.withLock { (ownership) throws(PublishError) in
      precondition(!ownership.isClosed, "nothing is published after the end")
      published.exchange(for: new.tables.tables)
      running.withLock { $0 = RunningState(new.tables, of: configuration) }
      let old = Retired(owned: ownership.current, token: gracePeriods.beginGracePeriod())
      ownership.current = new
      ownership.retired.append(old)
      let hasPassed = waitForGrace(old.token)
      ownership.retired.removeAll { gracePeriods.hasPassed($0.token) }
      silentCount.store(ownership.retired.count, ordering: .relaxed)
      if !hasPassed { throw .workerSilent(seconds: patience / .seconds(1)) }
    }
  }

  /// Frees the pointer's cell and the grace periods. No worker may be left, and EAL must still be up.
  public func close() {
    ownership.withLock { ownership in
      guard !ownership.isClosed else { return }
      ownership.isClosed = true
      ownership.retired.removeAll()
      published.destroy()
      gracePeriods.destroy()
    }
  }

  /// Whether every worker has reported within the time of patience.
  private func waitForGrace(_ token: UInt64) -> Bool {
    let deadline = ContinuousClock.now + patience
    var pause: useconds_t = 20
    while !gracePeriods.hasPassed(token) {
      guard ContinuousClock.now < deadline else { return false }
      usleep(pause)
      pause = min(pause * 2, 1000)
    }
    return true
  }
}
