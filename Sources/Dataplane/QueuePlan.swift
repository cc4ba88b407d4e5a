import Net

/// Which worker polls and fills which queue of a port.
struct QueuePlan: Equatable {
  /// By queue: the worker that polls it.
  let receivers: [WorkerIndex]
  /// By queue: the worker that fills it.
  let transmitters: [WorkerIndex]

  /// Spreads the queues that a port has over the workers. A port with fewer than there are workers begins with
  /// another worker than the port before it, so that no worker has all the work.
  init(port: Int, maxReceiveQueues: Int, maxTransmitQueues: Int, workers: Int) {
    func assign(_ queues: Int) -> [WorkerIndex] {
      (0..<max(1, min(queues, workers))).map { WorkerIndex(UInt16(($0 + (queues < workers ? port : 0)) % workers)) }
    }
    receivers = assign(maxReceiveQueues)
    transmitters = assign(maxTransmitQueues)
  }

  /// The queue that a worker polls.
  func receiveQueue(of worker: WorkerIndex) -> UInt16? {
    receivers.firstIndex(of: worker).map { UInt16($0) }
  }

  /// The queue that a worker fills.
  func transmitQueue(of worker: WorkerIndex) -> UInt16? {
    transmitters.firstIndex(of: worker).map { UInt16($0) }
  }

  /// Who sends for a worker without a queue: spread, so that no worker sends for all.
  func sender(for worker: WorkerIndex) -> WorkerIndex {
    transmitters[Int(worker.rawValue) % transmitters.count]
  }
}
