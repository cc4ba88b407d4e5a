import NIOCore

/// Checks, on the event loop.
extension HealthDesk {
  /// Finds the time of a backend's next check.
  ///
  /// - Parameters:
  ///   - began: when the last one did; nil: there was none, or it does not count any more.
  ///   - isFirst: the first checks of all spread over a while.
  func schedule(_ id: Int, after began: ContinuousClock.Instant? = nil, isFirst: Bool = false) {
    guard let loop = running?.loop else { return }
    let now = ContinuousClock.now
    let due: (turn: Int, delay: Duration)? = book.withLock { book in
      var due: (Int, Duration)?
      _ = book.change(id, at: now) { backend in
        // Void whatever was due before.
        backend.turn += 1
        backend.nextCheck = nil
        guard backend.check.kind != .none else { return nil }
        let pause =
          isFirst
          ? .milliseconds(Double.random(in: 0..<Double(min(backend.check.interval, 2000)))) : backend.pause
        let next = max(now, (began ?? now) + pause)
        backend.nextCheck = next
        due = (backend.turn, next - now)
        return nil
      }
      return due
    }
    guard let due else { return }
    loop.scheduleTask(in: .nanoseconds(Int64(due.delay / .nanoseconds(1)))) { self.begin(id, due.turn) }
  }

  private func begin(_ id: Int, _ turn: Int) {
    guard let prober = running?.prober.value else { return }
    let now = ContinuousClock.now
    let backend: WatchedBackend? = book.withLock { book in
      guard let backend = book[id], backend.turn == turn, !backend.isRunning else { return nil }
      _ = book.change(id, at: now) { backend in
        backend.isRunning = true
        return nil
      }
      return backend
    }
    guard let backend, let due = backend.nextCheck else { return }
    prober.submit(backend.check, backend.target, due: due) { outcome, began in
      self.take(outcome, of: backend, begun: began)
    }
  }

  private func take(_ outcome: CheckOutcome, of asked: WatchedBackend, begun: ContinuousClock.Instant) {
    let now = ContinuousClock.now
    let id = asked.id
    let news: (WatchedBackend, HealthTransition)? = book.withLock { book in
      let transition = book.change(id, at: now) { backend in
        backend.isRunning = false
        // What was asked in another way, or elsewhere, says nothing of what is asked now.
        guard backend.check.kind == asked.check.kind, backend.target == asked.target else { return nil }
        return backend.health.record(outcome, backend.check, damping: backend.settings.damping, at: now)
      }
      guard let transition, let backend = book[id] else { return nil }
      return (backend, transition)
    }
    if let news { announce(news.0, news.1) }
    schedule(id, after: begun)
    publishSoon()
  }
}
