import EAL
import Net
import Synchronization

/// A worker, its memory, and the flag that stops it; lives from `create` to `destroy`.
@safe
struct WorkerThread: @unchecked Sendable {
  struct Context: ~Copyable {
    var worker: Worker
    let reader: UInt32
    let quiescence: QuiescentState
    let isStopping = Atomic(false)

    init(worker: consuming Worker, reader: UInt32, quiescence: QuiescentState) {
      self.worker = worker
      self.reader = reader
      self.quiescence = quiescence
    }
  }

  private let context: UnsafeMutablePointer<Context>
  let lcore: UInt32

  /// - Throws: `EALError` when there is no memory for the worker's table.
  static func create(_ resources: WorkerResources, lcore: UInt32) throws(EALError) -> WorkerThread {
    let worker = try Worker(resources)
    let context = unsafe UnsafeMutablePointer<Context>.allocateLines(capacity: 1)
    unsafe context.initialize(
      to: Context(worker: worker, reader: UInt32(resources.index.rawValue), quiescence: resources.quiescence))
    return unsafe WorkerThread(context: context, lcore: lcore)
  }

  private init(context: UnsafeMutablePointer<Context>, lcore: UInt32) {
    unsafe self.context = unsafe context
    self.lcore = lcore
  }

  var sessionEntries: Int { unsafe context.pointee.worker.sessionEntries }

  func start() throws(EALError) {
    unsafe context.pointee.quiescence.goOnline(reader: context.pointee.reader)
    try unsafe LcoreThread.launch(lcore, runWorker, UnsafeMutableRawPointer(context))
  }

  /// Asks the worker to return from its loop.
  func stop() { unsafe context.pointee.isStopping.store(true, ordering: .releasing) }

  /// Waits for that.
  func wait() {
    LcoreThread.wait(lcore)
    unsafe context.pointee.quiescence.goOffline(reader: context.pointee.reader)
  }

  func destroy() {
    unsafe context.deinitialize(count: 1)
    unsafe context.deallocate()
  }
}

/// What EAL runs on a worker's lcore. A free function: a closure of the main program would belong to the
/// main actor and die on any other thread.
private func runWorker(_ argument: UnsafeMutableRawPointer?) -> Int32 {
  guard let argument = unsafe argument else { return -1 }
  let context = unsafe argument.assumingMemoryBound(to: WorkerThread.Context.self)
  while unsafe !context.pointee.isStopping.load(ordering: .relaxed) {
    unsafe context.pointee.worker.breathe()
  }
  return 0
}
