import CDPDKShim
import Dataplane
import EAL
import Synchronization

/// Which memory two workers both write.
extension TestBed {
  /// Cache lines that turns of two workers, each on its core and in alternation, have changed.
  struct WrittenLines {
    var first: Set<UInt> = []
    var second: Set<UInt> = []
    var shared: Set<UInt> { first.intersection(second) }
  }

  /// Runs turns of both workers, one at a time, and looks at all memory of the process after each.
  func writtenLines(turns: Int) throws -> WrittenLines {
    for (worker, source) in sources.enumerated() {
      source.fill(FrameSource.count) { write($0, $1, for: worker) }
      source.attach(port: ports.talking.id, queue: UInt16(worker))
    }
    // A page of its own for each, so that the bench itself shares nothing.
    let steps = (0..<2).map { _ in
      UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096).bindMemory(to: Step.self, capacity: 1)
    }
    for (worker, step) in steps.enumerated() {
      step.initialize(to: Step(worker: workers[worker]))
      try LcoreThread.launch(BenchPorts.lcore(worker), runSteps, step)
    }
    var lines = WrittenLines()
    // What begins only once, such as a thread's first burst, comes before.
    for _ in 0..<turns { steps.forEach(Self.turn) }
    let watch = MemoryWatch()
    for _ in 0..<turns {
      // What the bench itself has changed is seen, and forgotten, before each turn.
      _ = watch.changes()
      Self.turn(steps[0])
      lines.first.formUnion(watch.changes())
      _ = watch.changes()
      Self.turn(steps[1])
      lines.second.formUnion(watch.changes())
    }
    for (worker, step) in steps.enumerated() {
      step.pointee.wanted.store(-1, ordering: .releasing)
      LcoreThread.wait(BenchPorts.lcore(worker))
      step.deinitialize(count: 1)
      step.deallocate()
    }
    return lines
  }

  /// One turn of a worker, from beginning to end.
  private static func turn(_ step: UnsafeMutablePointer<Step>) {
    let next = step.pointee.done.load(ordering: .relaxed) + 1
    step.pointee.wanted.store(next, ordering: .releasing)
    while step.pointee.done.load(ordering: .acquiring) < next { Clock.sleep(microseconds: 20) }
  }
}

/// A worker on its core, and how many turns it is to have made; below 0: it is to end.
private struct Step: ~Copyable {
  let worker: UnsafeMutablePointer<Worker>
  let wanted = Atomic(0)
  let done = Atomic(0)

  init(worker: UnsafeMutablePointer<Worker>) { self.worker = worker }
}

private func runSteps(_ argument: UnsafeMutableRawPointer?) -> Int32 {
  guard let step = argument?.assumingMemoryBound(to: Step.self) else { return -1 }
  while true {
    let wanted = step.pointee.wanted.load(ordering: .acquiring)
    let done = step.pointee.done.load(ordering: .relaxed)
    if wanted < 0 { return 0 }
    guard done < wanted else {
      // The cores may be few.
      Clock.sleep(microseconds: 20)
      continue
    }
    step.pointee.worker.pointee.breathe()
    step.pointee.done.store(done + 1, ordering: .releasing)
  }
}
