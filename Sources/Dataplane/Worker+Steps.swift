import EAL
import Net
import Tables

/// The loop's steps one at a time, for tests and benchmarks that stand in for the wire.
extension Worker {
  /// One burst from one port, everything that follows from it, and the counters shown.
  ///
  /// - Returns: frames received.
  @_noLocks @discardableResult
  public mutating func serve(_ port: PortIndex) -> Int {
    let tables = unsafe published.current()
    begin()
    let received = unsafe receive(from: port, tables)
    finish(received: received, swept: false)
    quiescence.report(reader: UInt32(index.rawValue))
    return received
  }

  /// As `serve`, from the ring of frames that other workers have handed over.
  @_noLocks @discardableResult
  public mutating func serveRing() -> Int {
    let tables = unsafe published.current()
    begin()
    let received = unsafe receiveFromRing(tables)
    finish(received: received, swept: false)
    quiescence.report(reader: UInt32(index.rawValue))
    return received
  }

  /// Answers the open question, if there is one, and nothing else.
  @_noLocks
  public mutating func serveMailbox() {
    let tables = unsafe published.current()
    if unsafe answerQuestion(tables) { tally.publish() }
  }

  /// Lets time pass at once, and then ages the whole session table.
  public mutating func skip(ticks: UInt32) {
    skipWithoutSweep(ticks: ticks)
    sweepFragments()
    let tables = unsafe published.current()
    unsafe sweepSessions(in: 0..<sessions.bucketCount, tables)
    tally.publish()
  }

  /// The moment of the last step, for a model that ages with the worker.
  public var tick: Tick { @_noLocks get { clock.tick } }

  /// Ages datagrams in fragments, as every tick does.
  @_noLocks
  public mutating func serveTick() {
    sweepFragments()
    tally.publish()
  }

  /// Lets time pass at once without ageing: expired sessions are still in the table.
  public mutating func skipWithoutSweep(ticks: UInt32) {
    clock.skip(ticks: ticks)
    refillBudgets()
    watchFlood()
  }
}
