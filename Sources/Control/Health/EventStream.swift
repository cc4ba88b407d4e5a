import Foundation
import Synchronization

/// One client's view of the events: what it has not seen yet, a piece at a time (server-sent events, WHATWG HTML 9.2).
/// A client that does not take its pieces holds nothing but its place.
final class EventStream: PieceSource {
  /// Events of one piece.
  private static let page = 100

  private let log: EventLog
  private let cursor: Mutex<UInt64>
  private let ends: ContinuousClock.Instant?

  /// - Parameters:
  ///   - since: the number of the last event that the client knows; nil: it wants those from now on.
  ///   - wait: how long it waits for events at least; nil: for ever.
  init(_ log: EventLog, since: UInt64?, wait: Duration?) {
    self.log = log
    cursor = Mutex(min(since ?? log.last, log.last))
    ends = wait.map { .now + $0 }
    log.begin()
  }

  deinit { log.end() }

  /// Whether the client waits no longer.
  var isOver: Bool { ends.map { $0 <= .now } ?? false }

  func next(_ done: @escaping @Sendable (Data?) -> Void) {
    let from = cursor.withLock { $0 }
    guard let piece = log.take(after: from, limit: Self.page, for: self, done) else { return }
    cursor.withLock { $0 = piece.cursor }
    done(piece.data)
  }
}
