import Configuration
import Counters
import Foundation
import Net
import Tables

/// The figures of an instance at one moment: what the reports are made of. Each worker's counters are of
/// one burst's end (behaviour 91).
public struct Reading: Sendable {
  let instance: Instance
  let state: RunningState
  /// Of each worker, in the order of their indices.
  let tallies: [TallySnapshot]
  /// Of all workers.
  let total: TallySnapshot
  let uptimeSeconds: Double

  /// Reads the workers' counters; those of backends and ports are read as they are asked for.
  public init(of instance: Instance) {
    self.instance = instance
    state = instance.publisher.state
    tallies = instance.workers.map { $0.tally.snapshot() }
    total = tallies.reduce(TallySnapshot(), +)
    uptimeSeconds = (ContinuousClock.now - instance.startedInstant) / .seconds(1)
  }

  /// One backend's counters, of all workers.
  func backend(_ slot: BackendSlot) -> BackendSnapshot {
    instance.workers.reduce(BackendSnapshot()) { $0 + $1.backends.snapshot(slot) }
  }

  /// Seconds until a worker's session table is full at the rate of late; nil while it does not fill.
  func fullIn(_ worker: WorkerObservation, _ tally: TallySnapshot) -> Double? {
    instance.tables.fullIn(
      worker: Int(worker.index.rawValue), active: tally[.sessionsActive], entries: worker.sessionEntries)
  }

  /// The sessions of every backend that takes no new ones.
  var drainingSessions: [ServedBackend: UInt64] {
    var result: [ServedBackend: UInt64] = [:]
    for service in state.services + state.leavingServices {
      for placement in service.backends + service.leavingBackends where placement.state != .active {
        // One that was killed and made again is there twice.
        result[ServedBackend(service: service.identity, backend: placement.identity), default: 0] +=
          backend(placement.slot).sessionsActive
      }
    }
    return result
  }
}
