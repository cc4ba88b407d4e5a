import Net
import Synchronization

/// How sessions of observed services began: four cache lines for each backend slot, behind which no memory is until a
/// service is observed.
///
///     8 words by `OpeningEvent` | the sum of the answers' times | 23 words by the length of that time
extension BackendTally {
  static let openingWords = 32
  private static let timeSum = OpeningEvent.count
  private static let firstRange = timeSum + 1

  /// Counts what happened while a session began.
  @_noLocks
  public func add(_ event: OpeningEvent, _ slot: BackendSlot) {
    // Slots of published tables lie below `slotCount`.
    unsafe openings[Int(slot.rawValue) &* 32 &+ event.rawValue] &+= 1
  }

  /// Counts how long a server took from SYN to SYN-ACK.
  @_noLocks
  public func addAnswer(_ slot: BackendSlot, microseconds: UInt64) {
    let words = unsafe openings + Int(slot.rawValue) &* 32
    let range = min(22, 64 &- microseconds.leadingZeroBitCount)
    unsafe words[8] &+= microseconds
    unsafe words[9 &+ range] &+= 1
  }

  /// How sessions with a backend began. Any thread; as with the other counters each word is whole.
  public func openings(_ slot: BackendSlot) -> OpeningSnapshot {
    precondition(Int(slot.rawValue) < slotCount, "a slot of the tables in force")
    let words = unsafe openingAtomics(slot)
    func word(_ index: Int) -> UInt64 { unsafe words[index].load(ordering: .relaxed) }
    return OpeningSnapshot(
      events: (0..<OpeningEvent.count).map(word),
      answersByTime: (0..<OpeningSnapshot.rangeCount).map { word(Self.firstRange + $0) },
      answerMicroseconds: word(Self.timeSum))
  }

  /// Sets them to zero; those that are so already stay without memory.
  func clearOpenings(_ slot: BackendSlot) {
    let words = unsafe openingAtomics(slot)
    for index in 0..<Self.openingWords where unsafe words[index].load(ordering: .relaxed) != 0 {
      unsafe words[index].store(0, ordering: .relaxed)
    }
  }

  private func openingAtomics(_ slot: BackendSlot) -> UnsafeMutablePointer<Atomic<UInt64>> {
    let words = unsafe openings + Int(slot.rawValue) * Self.openingWords
    return unsafe UnsafeMutableRawPointer(words).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}
