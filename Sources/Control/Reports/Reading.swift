import Configuration
import Counters
import Foundation
import Net

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

  /// The counters of a service's backends, in the order of the configuration.
  func backends(ofService service: Int) -> [BackendSnapshot] {
    state.configuration.services[service].backends.indices.map { backend(state.slot(service: service, backend: $0)) }
  }
}
