import Dispatch
import Net
import Synchronization
import Tables

/// Asking workers that run step by step.
extension Rig {
  /// The answer of one worker to whoever asks on another thread; it looks into its mailbox until it is there.
  public func ask<Answer: Sendable>(
    _ worker: Int = 0, _ question: @escaping @Sendable (WorkerMailbox) throws -> Answer
  ) throws -> Answer {
    let answer = Asked<Answer>()
    let mailbox = mailboxes[worker]
    DispatchQueue.global().async { answer.set(Result { try question(mailbox) }) }
    while true {
      if let result = answer.result { return try result.get() }
      serveMailbox(worker)
    }
  }

  /// What a worker says of a frame that comes in by a port.
  ///
  /// - Parameter mark: what another worker has said of it.
  public func explain(
    _ frame: [UInt8], from port: PortIndex, at worker: Int = 0, mark: FrameMark = FrameMark()
  ) -> Explanation {
    mailboxes[worker].put(.explain(length: UInt32(frame.count), arrival: port, mark), frame: frame)
    serveMailbox(worker)
    return mailboxes[worker].explanation
  }

  /// Every session of a worker's table that a filter includes.
  public func sessions(
    _ worker: Int = 0, _ filter: SessionFilter = SessionFilter(includesDirect: true)
  ) -> [SessionSnapshot] {
    var sessions: [SessionSnapshot] = []
    var bucket: UInt32 = 0
    repeat {
      mailboxes[worker].put(.scan(from: bucket, filter, limit: UInt32(WorkerMailbox.entryLimit)))
      serveMailbox(worker)
      sessions += mailboxes[worker].sessions(mailboxes[worker].answer)
      bucket = mailboxes[worker].answer.next
    } while bucket != 0
    return sessions
  }
}

/// What one thread waits for and another brings.
private final class Asked<Answer: Sendable>: Sendable {
  private let state = Mutex<Result<Answer, any Error>?>(nil)

  var result: Result<Answer, any Error>? { state.withLock { $0 } }
  func set(_ result: Result<Answer, any Error>) { state.withLock { $0 = result } }
}
