import Counters
import Synchronization
import Tables

/// Watches the session tables: how fast each fills, for a forecast, and which workers are in stateless mode, for the
/// log. Any thread.
public final class TableWatch: Sendable {
  private struct State {
    var tracks: [Int: FillTrack] = [:]
    /// Workers in stateless mode.
    var flooded: Set<Int> = []
  }

  private let state = Mutex(State())

  /// Nothing is watched yet.
  public init() {}

  /// Notes what the tables are like now. To be called about once a second.
  ///
  /// - Returns: what has changed, a line each, in the operator's words.
  public func look(at instance: Instance) -> [String] {
    let reading = Reading(of: instance)
    return look(
      zip(instance.workers, reading.tallies).map { (Int($0.index.rawValue), $1) },
      floodRate: reading.state.configuration.sessions.floodRate, at: .now)
  }

  func look(
    _ tallies: [(worker: Int, tally: TallySnapshot)], floodRate: Int, at instant: ContinuousClock.Instant
  ) -> [String] {
    state.withLock { state in
      var lines: [String] = []
      for (worker, tally) in tallies {
        state.tracks[worker, default: FillTrack()].add(tally[.sessionsActive], at: instant)
        let isFlooded = tally[.statelessMode] > 0
        guard state.flooded.contains(worker) != isFlooded else { continue }
        if isFlooded {
          state.flooded.insert(worker)
          lines.append(
            "worker \(worker): more than \(floodRate) new flows a second (sessions.flood_rate): "
              + "stateless mode, new flows are not stored")
        } else {
          state.flooded.remove(worker)
          lines.append("worker \(worker): the flood is over, new flows are stored again")
        }
      }
      return lines
    }
  }

  /// Seconds until a worker's table is full if it goes on filling as it did lately; nil while it does not fill, or is
  /// not watched.
  func fullIn(
    worker: Int, active: UInt64, entries: Int, at instant: ContinuousClock.Instant = .now
  ) -> Double? {
    guard let rate = state.withLock({ $0.tracks[worker]?.rate(now: active, at: instant) }) else { return nil }
    return (Double(max(0, entries - Int(active))) / rate).rounded(.up)
  }
}
