import Configuration
import Counters
import Foundation
import Net
import Net
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
    /// Every worker's counters, by which it is known what sessions name.
    var tallies: [BackendTally] = []
    /// What health makes of the backends.
    var conditions: BackendConditions = [:]
    /// What the addresses of `dsr` backends resolve to.
    var neighbours: [IPv4Address: MACAddress] = [:]
    var isClosed = false
  }

  // Set at start, never changed.
  /// What workers read.
  public let published: Published
  private let assembly: TableAssembly
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
  ///   - backendRoom: backend slots that every worker's counters have; all generations have to do with them.
  ///   - patience: how long `publish` waits for the workers before it gives up on freeing.
  /// - Throws: `PublishError` if the configuration needs more than there is room for.
  public init(
    _ assembly: TableAssembly, of configuration: Configuration, generation: UInt64 = 1,
    gracePeriods: any GracePeriods, backendRoom: Int, patience: Duration = .seconds(5)
  ) throws(PublishError) {
    let state = try assembly.layOut(configuration, generation: generation, room: backendRoom).state
    let tables = assembly.tables(of: state)
    self.assembly = assembly
    self.gracePeriods = gracePeriods
    self.backendRoom = backendRoom
    self.patience = patience
    published = Published.create(tables.tables)
    running = Mutex(state)
    ownership = Mutex(Ownership(current: Owned(tables: tables)))
  }

  /// Tells of the workers' counters, all of them. Until then nothing that leaves is ever let go.
  public func attach(_ tallies: [BackendTally]) { ownership.withLock { $0.tallies = tallies } }

  /// What is in force now. Any thread; never waits for a publication.
  public var state: RunningState { running.withLock { $0 } }

  /// Replaced table sets that a worker still holds; anything but 0 means a worker that does not report.
  public var silentGenerations: Int { silentCount.load(ordering: .relaxed) }

  /// What `publish` would put in force. Nothing changes; waits for a publication that is under way.
  public func preview(
    _ configuration: Configuration, kills: Set<ServedBackend> = []
  ) throws(PublishError) -> RunningState {
    try ownership.withLock { (ownership) throws(PublishError) in
      try plan(configuration, kills, generation: state.generation + 1, ownership).state
    }
  }

  /// Puts another configuration in force, and returns when the old tables are freed.
  ///
  /// Sleeps while it waits: not to be called on an event loop.
  ///
  /// - Parameters:
  ///   - kills: backends whose sessions end, as their services' `onKill` says; configured or not.
  ///   - accepts: is shown what would be in force and says whether it shall be; false: nothing changes.
  /// - Returns: what is in force now.
  /// - Throws: `PublishError`; except after `.workerSilent` nothing has changed.
  @discardableResult
  public func publish(
    _ configuration: Configuration, kills: Set<ServedBackend> = [],
    if accepts: (RunningState) -> Bool = { _ in true }
  ) throws(PublishError) -> RunningState {
    try ownership.withLock { (ownership) throws(PublishError) in
      let plan = try plan(configuration, kills, generation: state.generation + 1, ownership)
      guard accepts(plan.state) else { return state }
      try put(plan, in: &ownership)
      return plan.state
    }
  }

  /// Lets go of what has left and has no sessions any more; the configuration and its generation stay. Sleeps
  /// like `publish`, if there is anything to let go.
  ///
  /// - Returns: whether there was anything.
  @discardableResult
  public func settle() throws(PublishError) -> Bool {
    try ownership.withLock { (ownership) throws(PublishError) in
      let old = state
      guard old.hasLeaving else { return false }
      var plan = try plan(old.configuration, [], generation: old.generation, ownership)
      guard plan.state.leavingCount < old.leavingCount else { return false }
      plan.state.publishedAt = old.publishedAt
      try put(plan, in: &ownership)
      return true
    }
  }

  /// Puts in force what health makes of the backends now; the configuration and its generation stay. Sleeps like
  /// `publish`, if anything differs.
  ///
  /// - Returns: what is in force now.
  @discardableResult
  func adopt(_ conditions: BackendConditions) throws(PublishError) -> RunningState {
    try ownership.withLock { (ownership) throws(PublishError) in
      let old = state
      guard !ownership.isClosed, ownership.conditions != conditions else { return old }
      ownership.conditions = conditions
      var plan = try plan(old.configuration, [], generation: old.generation, ownership)
      guard !plan.state.isLaidOut(like: old) else { return old }
      plan.state.publishedAt = old.publishedAt
      try put(plan, in: &ownership)
      return plan.state
    }
  }

  /// Says to what the addresses of `dsr` backends resolve, instead of what was said before; those that are missing
  /// take no sessions, and theirs choose anew. The configuration and its generation stay. Sleeps like `publish`, if
  /// anything changes.
  ///
  /// - Returns: whether anything changed.
  @discardableResult
  public func resolve(_ neighbours: [IPv4Address: MACAddress]) throws(PublishError) -> Bool {
    try ownership.withLock { (ownership) throws(PublishError) in
      guard ownership.neighbours != neighbours else { return false }
      ownership.neighbours = neighbours
      let old = state
      var plan = try plan(old.configuration, [], generation: old.generation, ownership)
      plan.state.publishedAt = old.publishedAt
      try put(plan, in: &ownership)
      return true
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

  private func plan(
    _ configuration: Configuration, _ kills: Set<ServedBackend>, generation: UInt64, _ ownership: borrowing Ownership
  ) throws(PublishError) -> TableAssembly.Plan {
    let tallies = ownership.tallies
    // Counters say the truth about entries only when no worker can make any under older tables.
    let isKnown = !tallies.isEmpty && ownership.retired.allSatisfy { gracePeriods.hasPassed($0.token) }
    return try assembly.layOut(
      configuration, generation: generation, after: state, kills: kills, conditions: ownership.conditions,
      neighbours: ownership.neighbours,
      room: backendRoom,
      isUnused: isKnown ? { slot in tallies.allSatisfy { $0.entries(slot) == 0 } } : nil)
  }

  /// One exchange of the pointer, a grace period, and the end of the old tables.
  private func put(_ plan: TableAssembly.Plan, in ownership: inout Ownership) throws(PublishError) {
    precondition(!ownership.isClosed, "nothing is published after the end")
    // Nothing leads to them yet: no worker writes there before the exchange.
    for slot in plan.freshSlots { for tally in ownership.tallies { tally.clear(slot) } }
    let new = Owned(tables: assembly.tables(of: plan.state))
    published.exchange(for: new.tables.tables)
    running.withLock { $0 = plan.state }
    let old = Retired(owned: ownership.current, token: gracePeriods.beginGracePeriod())
    ownership.current = new
    ownership.retired.append(old)
    let hasPassed = waitForGrace(old.token)
    ownership.retired.removeAll { gracePeriods.hasPassed($0.token) }
    silentCount.store(ownership.retired.count, ordering: .relaxed)
    if !hasPassed { throw .workerSilent(seconds: patience / .seconds(1)) }
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
