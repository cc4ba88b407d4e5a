import EAL
import Net
import Synchronization

/// Some of a worker's sessions, of one moment.
public struct SessionPage: Equatable, Sendable {
  public var sessions: [SessionSnapshot]
  /// Bucket to go on with; nil: that was the last.
  public var next: UInt32?
}

/// How many of a worker's sessions some buckets had.
public struct SessionCount: Equatable, Sendable {
  public var count: Int
  /// Bucket to go on with; nil: that was the last.
  public var next: UInt32?
}

/// Management's side. Each call is one turn of the worker's and sleeps until it is done: not for event loops.
///
/// A table is gone through in several calls, from bucket 0 until `next` is nil. It lives meanwhile: a session
/// that moves to its other bucket in between may be seen twice or not at all.
extension WorkerMailbox {
  /// The sessions that some buckets have; those that have expired do not count.
  ///
  /// - Parameter limit: entries, from 4 to `entryLimit`; a bucket is never cut.
  public func scan(
    from bucket: UInt32 = 0, _ filter: SessionFilter = SessionFilter(), limit: Int = 1024,
    timeout: Duration = .seconds(1)
  ) throws(MailboxError) -> SessionPage {
    let limit = UInt32(min(max(limit, 4), Self.entryLimit))
    return try ask(.scan(from: bucket, filter, limit: limit), timeout) { answer in
      SessionPage(sessions: sessions(answer), next: answer.next == 0 ? nil : answer.next)
    }
  }

  /// How many sessions some buckets have.
  public func count(
    from bucket: UInt32 = 0, _ filter: SessionFilter = SessionFilter(), timeout: Duration = .seconds(1)
  ) throws(MailboxError) -> SessionCount {
    try ask(.count(from: bucket, filter), timeout) {
      SessionCount(count: Int($0.count), next: $0.next == 0 ? nil : $0.next)
    }
  }

  /// Removes the sessions of some buckets; their next packets are those of unknown flows.
  public func flush(
    from bucket: UInt32 = 0, _ filter: SessionFilter = SessionFilter(), timeout: Duration = .seconds(1)
  ) throws(MailboxError) -> SessionCount {
    try ask(.flush(from: bucket, filter), timeout) {
      SessionCount(count: Int($0.count), next: $0.next == 0 ? nil : $0.next)
    }
  }

  /// What would become of a frame that came in by a port.
  ///
  /// - Parameter mark: what another worker said when it handed the frame over.
  public func explain(
    _ bytes: [UInt8], arrival: PortIndex, mark: FrameMark = FrameMark(), timeout: Duration = .seconds(1)
  ) throws(MailboxError) -> Explanation {
    guard bytes.count <= Self.frameLimit else { throw .frameTooLong(limit: Self.frameLimit) }
    let question = WorkerQuestion.explain(length: UInt32(bytes.count), arrival: arrival, mark)
    return try ask(question, frame: bytes, timeout) { _ in explanation }
  }

  /// Makes the worker let go of a port: when this returns, it will not touch the port's device any more.
  public func detach(_ port: PortIndex, timeout: Duration = .seconds(1)) throws(MailboxError) {
    try ask(.detach(port), timeout) { _ in }
  }

  /// Gives the worker a port back, whose device has this number and this address now.
  public func attach(
    _ port: PortIndex, device: UInt16, mac: MACAddress, timeout: Duration = .seconds(1)
  ) throws(MailboxError) {
    try ask(.attach(port, device: device, mac: mac), timeout) { _ in }
  }

  /// Has the worker send a frame out of a port, counted as `originated` and `forwarded`. Any worker can.
  public func send(_ bytes: [UInt8], by port: PortIndex, timeout: Duration = .seconds(1)) throws(MailboxError) {
    guard bytes.count <= Self.frameLimit else { throw .frameTooLong(limit: Self.frameLimit) }
    let question = WorkerQuestion.originate(length: UInt32(bytes.count), by: port)
    guard try ask(question, frame: bytes, timeout, { $0.count }) == 1 else { throw .noBuffer }
  }

  /// Makes the worker answer ARP for an address, whichever port asks, and tell of echo replies to it; with 0.0.0.0 no
  /// more.
  public func listen(on address: IPv4Address, timeout: Duration = .seconds(1)) throws(MailboxError) {
    try ask(.listen(on: address), timeout) { _ in }
  }

  /// Puts a question and waits for the answer.
  private func ask<Result>(
    _ question: WorkerQuestion, frame bytes: [UInt8] = [], _ timeout: Duration, _ read: (WorkerAnswer) -> Result
  ) throws(MailboxError) -> Result {
    let deadline = ContinuousClock.now + timeout
    guard wait(until: deadline, for: { unsafe !header.pointee.isTaken.exchange(true, ordering: .acquiring) }) else {
      throw .busy
    }
    defer { unsafe header.pointee.isTaken.store(false, ordering: .releasing) }
    // One that nobody waits for any more is still the worker's.
    guard wait(until: deadline, for: isAnswered) else { throw .silent }
    put(question, frame: bytes)
    guard wait(until: deadline, for: isAnswered) else { throw .silent }
    return unsafe read(header.pointee.answer)
  }

  /// Puts a question; none may be open, and nobody else be asking.
  package func put(_ question: WorkerQuestion, frame bytes: [UInt8] = []) {
    let room = unsafe frame.assumingMemoryBound(to: UInt8.self)
    for (position, byte) in bytes.enumerated() { unsafe room[position] = byte }
    unsafe header.pointee.question = question
    let number = unsafe header.pointee.asked.load(ordering: .relaxed) + 1
    unsafe header.pointee.asked.store(number, ordering: .releasing)
  }

  /// The last answer; no question may be open.
  package var answer: WorkerAnswer { unsafe header.pointee.answer }

  /// The last explanation; no question may be open.
  package var explanation: Explanation { unsafe header.pointee.explanation }

  /// What the last answer says was found; no question may be open.
  package func sessions(_ answer: WorkerAnswer) -> [SessionSnapshot] {
    (0..<Int(answer.count)).map { unsafe SessionSnapshot(found[$0], at: answer.now) }
  }

  private func isAnswered() -> Bool {
    let answered = unsafe header.pointee.answered.load(ordering: .acquiring)
    return unsafe answered == header.pointee.asked.load(ordering: .relaxed)
  }

  private func wait(until deadline: ContinuousClock.Instant, for condition: () -> Bool) -> Bool {
    var pause: UInt32 = 5
    while !condition() {
      guard ContinuousClock.now < deadline else { return false }
      Clock.sleep(microseconds: pause)
      pause = min(pause * 2, 200)
    }
    return true
  }
}
