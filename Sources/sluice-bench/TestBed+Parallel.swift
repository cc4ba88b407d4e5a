import Dataplane
import EAL
import Glibc
import Synchronization

/// Workers on cores of their own, all at once.
extension TestBed {
  /// Microseconds until all workers run, and for which they are then timed.
  private static let settling: UInt32 = 10000
  private static let timed: UInt32 = 50000

  /// One round: cycles that one core spends on a packet, all cores together.
  func timeParallel(_ packets: inout Int) throws -> Double {
    for (worker, source) in sources.enumerated() {
      source.fill(FrameSource.count) { write($0, $1, for: worker) }
      source.attach(port: ports.talking.id, queue: UInt16(worker))
    }
    let before = counters[.forwarded]
    let lanes = UnsafeMutablePointer<Lane>.allocate(capacity: workers.count)
    for (index, worker) in workers.enumerated() { (lanes + index).initialize(to: Lane(worker: worker)) }
    for index in workers.indices { try LcoreThread.launch(BenchPorts.lcore(index), runLane, lanes + index) }
    usleep(Self.settling)
    let (start, first) = (Clock.now(), counters[.forwarded])
    usleep(Self.timed)
    let (end, last) = (Clock.now(), counters[.forwarded])
    for index in workers.indices { lanes[index].isStopping.store(true, ordering: .releasing) }
    for index in workers.indices { LcoreThread.wait(BenchPorts.lcore(index)) }
    lanes.deinitialize(count: workers.count).deallocate()
    for source in sources { source.detach() }
    emptyRings()
    packets += Int(counters[.forwarded] - before)
    return Double(end - start) * Double(workers.count) / Double(max(1, last - first))
  }

  /// Lets every worker take what lies in its ring. Their ports bring whatever lies in the mbufs.
  private func emptyRings() {
    for _ in 0..<64 {
      for worker in workers { worker.pointee.serveRing() }
    }
  }
}

/// A worker on its core, and the flag that stops it.
private struct Lane: ~Copyable {
  let worker: UnsafeMutablePointer<Worker>
  let isStopping = Atomic(false)

  init(worker: UnsafeMutablePointer<Worker>) { self.worker = worker }
}

/// What a core runs: as in the product, the worker's turn until it is told to stop.
private func runLane(_ argument: UnsafeMutableRawPointer?) -> Int32 {
  guard let lane = argument?.assumingMemoryBound(to: Lane.self) else { return -1 }
  while !lane.pointee.isStopping.load(ordering: .relaxed) { lane.pointee.worker.pointee.breathe() }
  return 0
}
