import Counters
import Net
import Tables

/// Answering what management asks: one bounded piece of work a loop, between bursts.
extension Worker {
  /// Answers the open question, if there is one. Returns whether counters have changed.
  @_noLocks
  mutating func answerQuestion(_ tables: UnsafePointer<ForwardingTables>) -> Bool {
    guard let question = mailbox.question else { return false }
    switch question {
    case .scan(let first, let filter, let limit): unsafe scan(from: first, filter, limit: limit, tables)
    case .count(let first, let filter): unsafe count(from: first, filter, tables)
    case .flush(let first, let filter): return unsafe flush(from: first, filter, tables)
    case .explain(let length, let arrival, let mark):
      guard arrival.rawValue < UInt8(truncatingIfNeeded: portCount) else {
        mailbox.reply(WorkerAnswer(count: 0, next: 0, now: clock.tick))
        return false
      }
      mailbox.reply(unsafe explain(mailbox.frameData, length: length, from: arrival, mark, tables), at: clock.tick)
    case .detach(let port): return set(port, device: nil, mac: MACAddress(rawValue: 0))
    case .attach(let port, let device, let mac): return set(port, device: device, mac: mac)
    case .originate(let length, let port): return originate(length: length, by: port)
    case .listen(let address): listen(on: address)
    }
    return false
  }

  /// The buckets of one turn.
  @_noLocks
  private mutating func turn(from first: UInt32) -> Range<UInt32> {
    guard first < sessions.bucketCount else { return 0..<0 }
    return first..<first &+ min(WorkerQuestion.bucketsPerTurn, sessions.bucketCount &- first)
  }

  /// The answer after the buckets below `end`.
  @_noLocks
  private mutating func reply(count: UInt32, upTo end: UInt32) {
    mailbox.reply(WorkerAnswer(count: count, next: end < sessions.bucketCount ? end : 0, now: clock.tick))
  }

  /// Whether an entry counts and is meant.
  @_noLocks @inline(__always)
  private mutating func isMeant(
    _ entry: SessionEntry, _ filter: SessionFilter, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    guard !entry.isFree, filter.includes(entry), unsafe !tables.pointee.rules.hasExpired(entry, at: clock.tick) else {
      return false
    }
    return unsafe !entry.kind.isAffinity || !isForgotten(entry, tables)
  }

  @_noLocks
  private mutating func scan(
    from first: UInt32, _ filter: SessionFilter, limit: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let buckets = turn(from: first)
    var written: UInt32 = 0
    for bucket in buckets {
      // `limit` is at least 4: there is always a first bucket.
      guard written &+ 4 <= limit else { return reply(count: written, upTo: bucket) }
      for lane in 0..<UInt32(4) {
        let entry = sessions[SessionPlace(bucket: bucket, lane: lane)]
        guard unsafe isMeant(entry, filter, tables) else { continue }
        let left = unsafe ticksLeft(of: entry, tables)
        mailbox.write(FoundSession(entry, ticksLeft: left), at: Int(written))
        written &+= 1
      }
    }
    reply(count: written, upTo: buckets.isEmpty ? sessions.bucketCount : buckets.upperBound)
  }

  @_noLocks
  private mutating func count(
    from first: UInt32, _ filter: SessionFilter, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let buckets = turn(from: first)
    var found: UInt32 = 0
    for bucket in buckets {
      for lane in 0..<UInt32(4)
      where unsafe isMeant(sessions[SessionPlace(bucket: bucket, lane: lane)], filter, tables) { found &+= 1 }
    }
    reply(count: found, upTo: buckets.isEmpty ? sessions.bucketCount : buckets.upperBound)
  }

  /// Returns whether anything was removed.
  @_noLocks
  private mutating func flush(
    from first: UInt32, _ filter: SessionFilter, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let buckets = turn(from: first)
    var flushed: UInt32 = 0
    for bucket in buckets {
      for lane in 0..<UInt32(4) {
        let place = SessionPlace(bucket: bucket, lane: lane)
        let entry = sessions[place]
        guard unsafe isMeant(entry, filter, tables) else { continue }
        unsafe ended(entry, tables, as: .sessionsFlushed)
        sessions[place] = .free
        flushed &+= 1
      }
    }
    reply(count: flushed, upTo: buckets.isEmpty ? sessions.bucketCount : buckets.upperBound)
    return flushed > 0
  }
}
