import Configuration
import Synchronization

/// Watches the sessions of backends that take no new ones, and says when they are likely to be gone: as if as many
/// ended each second as did lately. Any thread.
public final class DrainWatch: Sendable {
  private let tracks = Mutex<[ServedBackend: DrainTrack]>([:])

  /// Nothing is watched yet.
  public init() {}

  /// Notes how many sessions each draining backend has now; the others are forgotten. To be called about once a second.
  public func look(at instance: Instance) {
    note(Reading(of: instance).drainingSessions, at: .now)
  }

  func note(_ sessions: [ServedBackend: UInt64], at instant: ContinuousClock.Instant) {
    tracks.withLock { tracks in
      tracks = sessions.reduce(into: [:]) { result, entry in
        var track = tracks[entry.key] ?? DrainTrack(at: instant, sessions: entry.value)
        track.add(entry.value, at: instant)
        result[entry.key] = track
      }
    }
  }

  /// What is known of a backend that drains; nil before it was seen to.
  func report(_ backend: ServedBackend, sessions: UInt64, at instant: ContinuousClock.Instant = .now) -> DrainReport? {
    guard let track = tracks.withLock({ $0[backend] }) else { return nil }
    let rate = track.rate(now: sessions, at: instant)
    return DrainReport(
      forSeconds: ((instant - track.began) / .seconds(1)).rounded(),
      endedPerSecond: rate.map { Rate.rounded($0, 1000) },
      emptyInSeconds: sessions == 0 ? 0 : rate.map { (Double(sessions) / $0).rounded(.up) })
  }
}
