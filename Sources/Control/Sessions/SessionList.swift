import Foundation
import Net
import Synchronization
import Tables

/// A list of sessions as it goes to a client: JSON, made a page at a time. `SessionsReport` reads it.
final class SessionList: PieceSource {
  private struct State {
    var walk: TableWalk
    var left: Int?
    var count = 0
    var hasEnded = false
    var names: SessionNames
  }

  /// Sessions of one turn.
  private static let page = 256

  private let desk: SessionDesk
  // The desk's queue only, one piece at a time.
  private let state: Mutex<State>

  init(_ desk: SessionDesk, _ walk: TableWalk, limit: Int?) {
    self.desk = desk
    state = Mutex(State(walk: walk, left: limit, names: SessionNames(desk.instance.publisher.state)))
  }

  /// What stands before the first session.
  static let head = Data("{\"sessions\":[".utf8)

  func next(_ done: @escaping @Sendable (Data?) -> Void) {
    desk.enqueue { isOpen in done(self.state.withLock { self.piece(&$0, isOpen) }) }
  }

  /// Some sessions; or what stands behind the last; or nil, when that was said.
  private func piece(_ state: inout State, _ isOpen: Bool) -> Data? {
    guard !state.hasEnded else { return nil }
    var piece = Data()
    let deadline = ContinuousClock.now + SessionDesk.slice
    let publisher = desk.instance.publisher
    while isOpen, !state.walk.isDone, state.left != 0, ContinuousClock.now < deadline {
      state.walk.step { worker, bucket, filter throws(MailboxError) in
        let page = try worker.mailbox.scan(
          from: bucket, filter, limit: Self.page, timeout: SessionDesk.patience)
        state.names.follow(publisher.state)
        for session in page.sessions where state.left != 0 {
          piece += Data((state.count == 0 ? "\n" : ",\n").utf8)
          piece += state.names.line(session, worker: worker)
          state.count += 1
          state.left = state.left.map { $0 - 1 }
        }
        return page.next
      }
    }
    guard isOpen, !state.walk.isDone, state.left != 0 else {
      state.hasEnded = true
      return piece + tail(of: state)
    }
    // Nothing found yet: a space shows the client that somebody is looking.
    return piece.isEmpty ? Data(" ".utf8) : piece
  }

  private func tail(of state: State) -> Data {
    let silent = state.walk.silent.map(String.init).joined(separator: ",")
    let isWhole = state.walk.isDone && state.walk.silent.isEmpty
    return Data("\n],\"count\":\(state.count),\"complete\":\(isWhole),\"silent_workers\":[\(silent)]}\n".utf8)
  }
}
