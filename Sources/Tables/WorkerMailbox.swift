import Net
import Synchronization

/// Where management puts a question to a worker, and the worker its answer: one at a time. The worker looks
/// once a loop, at a word that nearly always says no; management waits, with a time limit. Neither takes a lock
/// that the other needs.
///
/// A question has a number. The worker shows the number of the last that it has answered, and management writes
/// nothing while one is open, even if nobody waits for its answer any more: so one that timed out
/// cannot be mistaken for, or mixed with, a later one.
///
/// A handle: one block of memory from `create` to `destroy`, shared by the worker and whoever asks.
@safe @frozen
public struct WorkerMailbox: @unchecked Sendable {
  @frozen @usableFromInline
  struct Header: ~Copyable {
    /// Whether somebody is asking. Management only.
    @usableFromInline let isTaken: Atomic<Bool>
    /// Number of the last question. Management writes.
    @usableFromInline let asked: Atomic<UInt64>
    /// Number of the last answer. The worker writes.
    @usableFromInline let answered: Atomic<UInt64>
    /// While a question is open, the worker's; else of whoever has `isTaken`.
    @usableFromInline var question: WorkerQuestion
    @usableFromInline var answer: WorkerAnswer
    @usableFromInline var explanation: Explanation
  }

  /// Bytes of the longest frame that can be explained.
  public static let frameLimit = 2048
  /// Room around it for what a refusal adds.
  @inlinable @inline(__always)
  static var frameRoom: Int { @_noLocks get { 2048 + 64 } }
  /// Entries that one turn writes down at most.
  @inlinable @inline(__always)
  public static var entryLimit: Int { @_noLocks get { 1024 } }

  @usableFromInline let header: UnsafeMutablePointer<Header>
  /// The frame to be explained; the worker may write over it.
  @usableFromInline let frame: UnsafeMutableRawPointer
  @usableFromInline let found: UnsafeMutablePointer<FoundSession>

  /// An empty mailbox.
  public static func create() -> WorkerMailbox {
    let header = UnsafeMutablePointer<Header>.allocate(capacity: 1)
    unsafe header.initialize(
      to: Header(
        isTaken: Atomic(false), asked: Atomic(0), answered: Atomic(0), question: .count(from: 0, SessionFilter()),
        answer: WorkerAnswer(count: 0, next: 0, now: Tick(rawValue: 0)),
        explanation: Explanation(generation: 0, owner: WorkerIndex(0), verdict: .handedOver)))
    let frame = UnsafeMutableRawPointer.allocate(byteCount: frameRoom, alignment: 64)
    unsafe frame.initializeMemory(as: UInt8.self, repeating: 0, count: frameRoom)
    let found = UnsafeMutablePointer<FoundSession>.allocate(capacity: entryLimit)
    unsafe found.initialize(repeating: FoundSession(.free, ticksLeft: 0), count: entryLimit)
    return unsafe WorkerMailbox(header: header, frame: frame, found: found)
  }

  init(
    header: UnsafeMutablePointer<Header>, frame: UnsafeMutableRawPointer, found: UnsafeMutablePointer<FoundSession>
  ) {
    unsafe self.header = header
    unsafe self.frame = frame
    unsafe self.found = found
  }

  /// Frees the mailbox; neither the worker nor anybody who asks may be left.
  public func destroy() {
    unsafe header.deinitialize(count: 1)
    unsafe header.deallocate()
    unsafe frame.deallocate()
    unsafe found.deallocate()
  }
}

/// The worker's side.
extension WorkerMailbox {
  /// The question that is open, if there is one.
  @inlinable @inline(__always)
  public var question: WorkerQuestion? {
    @_noLocks get {
      let asked = unsafe header.pointee.asked.load(ordering: .acquiring)
      guard unsafe asked != header.pointee.answered.load(ordering: .relaxed) else { return nil }
      return unsafe header.pointee.question
    }
  }

  /// Writes an entry down. Below `entryLimit`.
  @_noLocks @inlinable @inline(__always)
  public func write(_ session: FoundSession, at position: Int) { unsafe found[position] = session }

  /// The frame to be explained, with room for a refusal.
  @inlinable @inline(__always)
  public var frameData: UnsafeMutableRawPointer { @_noLocks get { unsafe frame } }
  @inlinable @inline(__always)
  public var frameCapacity: Int { @_noLocks get { Self.frameRoom } }

  /// Closes the question.
  @_noLocks @inlinable
  public func reply(_ answer: WorkerAnswer) {
    unsafe header.pointee.answer = answer
    let asked = unsafe header.pointee.asked.load(ordering: .relaxed)
    unsafe header.pointee.answered.store(asked, ordering: .releasing)
  }

  /// Closes the question with an explanation.
  @_noLocks @inlinable
  public func reply(_ explanation: Explanation, at now: Tick) {
    unsafe header.pointee.explanation = explanation
    reply(WorkerAnswer(count: 1, next: 0, now: now))
  }
}
