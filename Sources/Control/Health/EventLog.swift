import Foundation
import Synchronization

/// The last events of the instance, and whoever follows them. Any thread.
public final class EventLog: Sendable {
  /// Events that are kept at least; a client that is further behind hears how many it has lost.
  static let room = 10_000

  private struct Entry {
    var id: UInt64
    var text: Data
  }

  private struct State {
    /// The oldest first; ids follow each other.
    var entries: [Entry] = []
    var last: UInt64 = 0
    var followers: [(EventStream, @Sendable (Data?) -> Void)] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let open = Atomic<Int>(0)

  init() {}

  /// Clients that follow.
  var streams: Int { open.load(ordering: .relaxed) }

  /// One more.
  func begin() { open.wrappingAdd(1, ordering: .relaxed) }

  /// One less.
  func end() { open.wrappingSubtract(1, ordering: .relaxed) }

  /// Number of the last event; they count from 1.
  var last: UInt64 { state.withLock { $0.last } }

  /// Tells everybody.
  func add(_ kind: String, _ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(value) else { return }
    let followers = state.withLock { state in
      state.last += 1
      let head = "id: \(state.last)\nevent: \(kind)\ndata: "
      state.entries.append(Entry(id: state.last, text: Data(head.utf8) + json + Data("\n\n".utf8)))
      // Seldom and many at once, since each time the rest moves up.
      if state.entries.count >= 2 * Self.room { state.entries.removeFirst(state.entries.count - Self.room) }
      defer { state.followers = [] }
      return state.followers
    }
    for (stream, done) in followers { stream.next(done) }
  }

  /// Shows everybody who waits that the instance lives, and who has waited long enough, the end.
  func beat() {
    for (stream, done) in takeFollowers() { done(stream.isOver ? nil : Data(": alive\n\n".utf8)) }
  }

  /// Ends every stream.
  func close() {
    state.withLock { $0.isClosed = true }
    for (_, done) in takeFollowers() { done(nil) }
  }

  private func takeFollowers() -> [(EventStream, @Sendable (Data?) -> Void)] {
    state.withLock { state in
      defer { state.followers = [] }
      return state.followers
    }
  }

  /// What comes after an event, at most `limit` of them; when there is nothing yet, `done` is kept.
  ///
  /// - Returns: nil: `done` is kept. Else what to hand it, and the number of the last event in it.
  func take(
    after cursor: UInt64, limit: Int, for stream: EventStream, _ done: @escaping @Sendable (Data?) -> Void
  ) -> (data: Data?, cursor: UInt64)? {
    state.withLock { state in
      guard !state.isClosed else { return (nil, cursor) }
      if let oldest = state.entries.first?.id, cursor + 1 < oldest {
        return (Data("event: lost\ndata: {\"events\":\(oldest - 1 - cursor)}\n\n".utf8), oldest - 1)
      }
      let news = state.entries.suffix(Int(clamping: state.last &- min(cursor, state.last))).prefix(limit)
      guard let last = news.last else {
        if stream.isOver { return (nil, cursor) }
        state.followers.append((stream, done))
        return nil
      }
      return (news.reduce(into: Data()) { $0 += $1.text }, last.id)
    }
  }
}
