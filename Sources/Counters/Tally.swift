import Net
import Synchronization

/// One worker's counters: words that only it writes, and a copy that it publishes under a sequence number
/// at the end of a burst, so that a reader never sees half a burst (design decision D8).
///
/// A handle: one block of memory from `create` to `destroy`, shared by the worker and its readers.
@safe @frozen
public struct Tally: @unchecked Sendable {
  @usableFromInline let words: UnsafeMutablePointer<UInt64>
  @usableFromInline let published: UnsafeMutablePointer<UInt64>
  @usableFromInline let sequence: UnsafeMutablePointer<Atomic<UInt64>>

  @inlinable @inline(__always)
  static var firstDrop: Int { @_noLocks get { 40 } }
  @inlinable @inline(__always)
  static var firstPass: Int { @_noLocks get { 88 } }
  /// Words of one copy: fourteen cache lines.
  @inlinable @inline(__always)
  static var wordCount: Int { @_noLocks get { 112 } }

  /// A block of counters, all zero.
  public static func create() -> Tally {
    precondition(Counter.allCases.count <= firstDrop, "each counter has its word")
    precondition(DropReason.allCases.count <= firstPass - firstDrop, "each drop reason has its word")
    precondition(PassReason.allCases.count <= wordCount - firstPass, "each pass reason has its word")
    // Cache lines of their own: the worker's copy is written all the time.
    let block = UnsafeMutableRawPointer.allocate(byteCount: (2 * wordCount + 8) * 8, alignment: 64)
    let words = unsafe block.bindMemory(to: UInt64.self, capacity: 2 * wordCount)
    unsafe words.initialize(repeating: 0, count: 2 * wordCount)
    let sequence = unsafe (block + 2 * wordCount * 8).bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    unsafe sequence.initialize(to: Atomic(0))
    return unsafe Tally(words: words, published: words + wordCount, sequence: sequence)
  }

  init(
    words: UnsafeMutablePointer<UInt64>, published: UnsafeMutablePointer<UInt64>,
    sequence: UnsafeMutablePointer<Atomic<UInt64>>
  ) {
    unsafe self.words = words
    unsafe self.published = published
    unsafe self.sequence = sequence
  }

  public func destroy() {
    unsafe sequence.deinitialize(count: 1)
    unsafe UnsafeMutableRawPointer(words).deallocate()
  }

  @_noLocks @inlinable @inline(__always)
  public func add(_ counter: Counter, _ amount: Int = 1) {
    // Below `firstDrop`, checked at `create`.
    unsafe words[counter.index] &+= UInt64(truncatingIfNeeded: amount)
  }

  /// Raises a high-water mark to what a gauge shows, if that is higher.
  @_noLocks @inlinable @inline(__always)
  public func raise(_ mark: Counter, to gauge: Counter) {
    unsafe words[mark.index] = max(words[mark.index], words[gauge.index])
  }

  /// What the worker itself has counted so far, shown or not. The worker only.
  @_noLocks @inlinable @inline(__always)
  public func now(_ counter: Counter) -> Int { unsafe Int(truncatingIfNeeded: words[counter.index]) }

  @_noLocks @inlinable @inline(__always)
  public func add(_ reason: DropReason, _ amount: Int = 1) {
    unsafe words[Self.firstDrop &+ reason.index] &+= UInt64(truncatingIfNeeded: amount)
  }

  @_noLocks @inlinable @inline(__always)
  public func add(_ reason: PassReason, _ amount: Int = 1) {
    unsafe words[Self.firstPass &+ reason.index] &+= UInt64(truncatingIfNeeded: amount)
  }

  /// Counts, or with a negative amount takes back, a verdict.
  @_noLocks @inlinable @inline(__always)
  public func add(_ verdict: Verdict, _ amount: Int) {
    // A verdict is the number of a word.
    unsafe words[Int(verdict.rawValue)] &+= UInt64(truncatingIfNeeded: amount)
  }

  /// Shows readers the counters as they are now.
  @_noLocks @inlinable
  public func publish() {
    let now = unsafe sequence.pointee.load(ordering: .relaxed)
    unsafe sequence.pointee.store(now &+ 1, ordering: .relaxed)
    atomicMemoryFence(ordering: .releasing)
    unsafe UnsafeMutableRawPointer(published).copyMemory(from: UnsafeRawPointer(words), byteCount: Self.wordCount &* 8)
    unsafe sequence.pointee.store(now &+ 2, ordering: .releasing)
  }

  /// The counters at the worker's last `publish`, all of one moment. Any thread.
  public func snapshot() -> TallySnapshot {
    while true {
      let before = unsafe sequence.pointee.load(ordering: .acquiring)
      if before & 1 == 0 {
        let copy = (0..<Self.wordCount).map { unsafe published[$0] }
        atomicMemoryFence(ordering: .acquiring)
        if unsafe sequence.pointee.load(ordering: .relaxed) == before { return TallySnapshot(words: copy) }
      }
    }
  }
}
