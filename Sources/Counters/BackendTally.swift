import Glibc
import Net
import Synchronization

/// One worker's counters of each backend slot; a cache line each. Not under the sequence number: each word
/// is whole, but two words may be of different moments.
///
/// A handle: one block of memory from `create` to `destroy`, shared by the worker and its readers.
@safe @frozen
public struct BackendTally: @unchecked Sendable {
  @frozen @usableFromInline
  struct Line {
    // Packets and bytes of one direction are not neighbours: the compiler would add to both with one wide
    // instruction, which takes eight to set up.
    @usableFromInline var requestPackets: UInt64 = 0
    @usableFromInline var replyPackets: UInt64 = 0
    @usableFromInline var requestBytes: UInt64 = 0
    @usableFromInline var replyBytes: UInt64 = 0
    @usableFromInline var sessionsCreated: UInt64 = 0
    @usableFromInline var sessionsActive: UInt64 = 0
    @usableFromInline var statelessPackets: UInt64 = 0
    @usableFromInline var entries: UInt64 = 0
  }

  /// Those of the slots; in the line before the first is where `openings` begins, so that the path carries one pointer.
  @usableFromInline let lines: UnsafeMutablePointer<Line>
  public let slotCount: Int

  /// Counters for `slotCount` backend slots, all zero.
  public static func create(slotCount: Int) -> BackendTally {
    let block = UnsafeMutableRawPointer.allocate(byteCount: (max(1, slotCount) + 1) * 64, alignment: 64)
    let lines = unsafe block.bindMemory(to: Line.self, capacity: max(1, slotCount) + 1)
    unsafe lines.initialize(repeating: Line(), count: max(1, slotCount) + 1)
    // Zeros that the kernel gives no memory for until they are written.
    guard let openings = unsafe calloc(max(1, slotCount) + 1, openingWords * 8) else {
      preconditionFailure("no memory for the counters of \(slotCount) backends")
    }
    unsafe lines.pointee.requestPackets = UInt64(UInt(bitPattern: openings))
    return unsafe BackendTally(lines: lines + 1, slotCount: slotCount)
  }

  /// Where the counters of `BackendTally+Openings.swift` begin: on a cache line.
  var openings: UnsafeMutablePointer<UInt64> {
    @_noLocks get {
      // What `create` wrote there, of which the first line is left for this.
      let block = unsafe UInt(lines[-1].requestPackets)
      return unsafe UnsafeMutablePointer(bitPattern: (block &+ 63) & ~63).unsafelyUnwrapped
    }
  }

  init(lines: UnsafeMutablePointer<Line>, slotCount: Int) {
    unsafe self.lines = lines
    self.slotCount = slotCount
  }

  public func destroy() {
    unsafe free(UnsafeMutableRawPointer(bitPattern: UInt(lines[-1].requestPackets)))
    unsafe (lines - 1).deallocate()
  }

  @_noLocks @inlinable @inline(__always)
  public func addRequest(_ slot: BackendSlot, bytes: UInt32) {
    // Slots of published tables lie below `slotCount`.
    let line = unsafe lines + Int(slot.rawValue)
    unsafe line.pointee.requestPackets &+= 1
    unsafe line.pointee.requestBytes &+= UInt64(bytes)
  }

  @_noLocks @inlinable @inline(__always)
  public func addReply(_ slot: BackendSlot, bytes: UInt32) {
    let line = unsafe lines + Int(slot.rawValue)
    unsafe line.pointee.replyPackets &+= 1
    unsafe line.pointee.replyBytes &+= UInt64(bytes)
  }

  @_noLocks @inlinable @inline(__always)
  public func sessionBegan(_ slot: BackendSlot) {
    let line = unsafe lines + Int(slot.rawValue)
    unsafe line.pointee.sessionsCreated &+= 1
    unsafe line.pointee.sessionsActive &+= 1
    unsafe line.pointee.entries &+= 1
  }

  @_noLocks @inlinable @inline(__always)
  public func sessionEnded(_ slot: BackendSlot) {
    let line = unsafe lines + Int(slot.rawValue)
    unsafe line.pointee.sessionsActive &-= 1
    unsafe line.pointee.entries &-= 1
  }

  /// The line of one backend's counters, for whoever asks for it early.
  @_noLocks @inlinable @inline(__always)
  public func line(of slot: BackendSlot) -> UnsafeRawPointer { unsafe UnsafeRawPointer(lines + Int(slot.rawValue)) }

  /// An entry that is not a session of a service: a client that talks to the backend itself, or the memory that a client
  /// has it.
  @_noLocks @inlinable @inline(__always)
  public func othersBegan(_ slot: BackendSlot) { unsafe lines[Int(slot.rawValue)].entries &+= 1 }

  @_noLocks @inlinable @inline(__always)
  public func othersEnded(_ slot: BackendSlot) { unsafe lines[Int(slot.rawValue)].entries &-= 1 }

  /// A packet that went by the stateless choice and left no session.
  @_noLocks @inlinable @inline(__always)
  public func wentStateless(_ slot: BackendSlot) {
    unsafe lines[Int(slot.rawValue)].statelessPackets &+= 1
  }

  /// Entries of the worker's session table that name the backend. Any thread; exact once the worker has reported
  /// a quiescent state after the last tables in which new entries could name it.
  public func entries(_ slot: BackendSlot) -> UInt64 {
    precondition(Int(slot.rawValue) < slotCount, "a slot that the ledger gave out")
    return unsafe UnsafeRawPointer(lines + Int(slot.rawValue)).assumingMemoryBound(to: Atomic<UInt64>.self)[7]
      .load(ordering: .relaxed)
  }

  /// Sets all of a backend's counters to zero, for the next that gets the slot. Only while no published tables
  /// that a worker may hold lead to it, since workers write without asking.
  public func clear(_ slot: BackendSlot) {
    precondition(Int(slot.rawValue) < slotCount, "a slot that the ledger gave out")
    // As atomics, since readers do not know of it.
    let words = unsafe UnsafeMutableRawPointer(lines + Int(slot.rawValue)).assumingMemoryBound(to: Atomic<UInt64>.self)
    for index in 0..<8 { unsafe words[index].store(0, ordering: .relaxed) }
    clearOpenings(slot)
  }

  /// The counters of one backend. Any thread.
  public func snapshot(_ slot: BackendSlot) -> BackendSnapshot {
    precondition(Int(slot.rawValue) < slotCount, "a slot of the tables in force")
    // Read as atomics, since the worker writes meanwhile; words of 8 bytes are never torn.
    let words = unsafe UnsafeRawPointer(lines + Int(slot.rawValue)).assumingMemoryBound(to: Atomic<UInt64>.self)
    func word(_ index: Int) -> UInt64 { unsafe words[index].load(ordering: .relaxed) }
    return BackendSnapshot(
      requestPackets: word(0), requestBytes: word(2), replyPackets: word(1), replyBytes: word(3),
      sessionsCreated: word(4), sessionsActive: word(5), statelessPackets: word(6), entries: word(7))
  }
}
