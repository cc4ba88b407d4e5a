import Configuration
import Dispatch
import Foundation

/// Tables that follow health. A thousand transitions in a second are ten publications at most: what changes while one is
/// made, or shortly after it, goes into the next.
extension HealthDesk {
  /// What is gathered before a publication, and the least time between two.
  private static let gathering = Duration.milliseconds(10)
  private static let spacing = Duration.milliseconds(100)

  /// Has the tables follow, if they do not, in a moment.
  func publishSoon() {
    guard book.withLock({ $0.isDirty }) else { return }
    let delay: Duration? = publication.withLock { publication in
      guard !publication.isClosed, !publication.isUnderWay else { return nil }
      publication.isUnderWay = true
      return max(Self.gathering, publication.ended + Self.spacing - .now)
    }
    guard let delay else { return }
    queue.asyncAfter(deadline: .now() + .nanoseconds(Int(delay / .nanoseconds(1)))) { self.publish() }
  }

  /// Publishes what health makes of the backends now. Sleeps while workers let go of the old tables.
  private func publish() {
    guard !publication.withLock({ $0.isClosed }) else { return }
    let conditions = book.withLock { book in
      book.isDirty = false
      return book.conditions
    }
    do throws(PublishError) {
      let before = publisher.state
      let state = try publisher.adopt(conditions)
      if !state.isLaidOut(like: before) { publication.withLock { $0.swaps += 1 } }
    } catch {
      log.warning("\(error)")
    }
    announcePools(of: publisher.state)
    publication.withLock { publication in
      publication.isUnderWay = false
      publication.ended = .now
    }
    publishSoon()
  }

  /// Says where all backends are used since too few are up, where backups are, where no backend takes sessions, and where
  /// that is over.
  func announcePools(of state: RunningState) {
    for service in state.services {
      let (pool, identity) = (service.pool, service.identity)
      let changes = publication.withLock { publication in
        (
          open: Self.note(pool.isFailOpen, identity, in: &publication.open),
          backups: Self.note(pool.usesBackups, identity, in: &publication.withBackups),
          dead: Self.note(pool.isDead, identity, in: &publication.dead)
        )
      }
      let share = "\(pool.up) of \(pool.wanted) backends are up"
      if changes.open {
        let text = pool.isFailOpen ? "too few for 'fail_open', so all of them are used" : "'fail_open' is over"
        tell("fail_open", service, pool.isFailOpen, "\(share): \(text)")
      }
      if changes.backups {
        let text = pool.usesBackups ? "the backups are used" : "the backups are used no longer"
        tell("backups", service, pool.usesBackups, "\(share): \(text)")
      }
      if changes.dead {
        let text = "new clients get what 'when_empty: \(service.settings.whenEmpty.rawValue)' says"
        tell(
          "no_backend", service, pool.isDead,
          pool.isDead ? "no backend takes sessions: \(text)" : "a backend takes sessions again")
      }
    }
  }

  /// Whether something is news.
  private static func note(_ holds: Bool, _ service: ServiceIdentity, in known: inout Set<ServiceIdentity>) -> Bool {
    guard holds != known.contains(service) else { return false }
    if holds { known.insert(service) } else { known.remove(service) }
    return true
  }

  private func tell(_ kind: String, _ service: ServicePlacement, _ holds: Bool, _ text: String) {
    log.log(level: holds ? .warning : .info, "health: service \(service.name): \(text)")
    events.add(kind, PoolEvent(service: service.name, active: holds, message: text, at: Date()))
  }
}
