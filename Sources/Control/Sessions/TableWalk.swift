import Tables

/// A way through the session tables of all workers, one turn of a worker at a time. A worker that does not answer is
/// left out and remembered.
struct TableWalk: Sendable {
  private let workers: [WorkerObservation]
  private let filters: [SessionFilter]
  private var worker = 0
  private var filter = 0
  private var bucket: UInt32 = 0
  /// Indices of the workers that did not answer.
  private(set) var silent: [Int] = []

  init(_ workers: [WorkerObservation], _ filters: [SessionFilter]) {
    self.workers = workers
    self.filters = filters
  }

  /// Whether every table has been gone through.
  var isDone: Bool { worker == workers.count }

  /// Asks for the next buckets. Sleeps until the worker has answered.
  ///
  /// - Parameter ask: puts the question and returns the bucket to go on with, if there is one.
  mutating func step(
    _ ask: (_ worker: WorkerObservation, _ bucket: UInt32, _ filter: SessionFilter) throws(MailboxError) -> UInt32?
  ) {
    let observation = workers[worker]
    do throws(MailboxError) {
      guard let next = try ask(observation, bucket, filters[filter]) else { return nextFilter() }
      bucket = next
    } catch {
      silent.append(Int(observation.index.rawValue))
      nextWorker()
    }
  }

  private mutating func nextFilter() {
    bucket = 0
    filter += 1
    if filter == filters.count { nextWorker() }
  }

  private mutating func nextWorker() {
    bucket = 0
    filter = 0
    worker += 1
  }
}
