import Net

/// What management may ask of a worker: one bounded piece of work each.
@frozen
public enum WorkerQuestion: Sendable {
  /// Write down the entries of some buckets, at most `limit`.
  case scan(from: UInt32, SessionFilter, limit: UInt32)
  /// Count the entries of some buckets.
  case count(from: UInt32, SessionFilter)
  /// Remove the entries of some buckets.
  case flush(from: UInt32, SessionFilter)
  /// Say what would become of the frame that lies in the mailbox, of which another worker has found something out.
  case explain(length: UInt32, arrival: PortIndex, FrameMark)
  /// Use a port no more: poll it never, send nothing to it.
  case detach(PortIndex)
  /// Use a port again, under this number of DPDK's and this address.
  case attach(PortIndex, device: UInt16, mac: MACAddress)
  /// Send the frame that lies in the mailbox.
  case originate(length: UInt32, by: PortIndex)
  /// Answer ARP for an address, and tell of echo replies to it; 0.0.0.0: no more.
  case listen(on: IPv4Address)

  /// Buckets that a worker looks at in one turn: 16 KiB of its table, some tens of microseconds.
  @inlinable @inline(__always)
  public static var bucketsPerTurn: UInt32 { @_noLocks get { 256 } }
}

/// What the worker says. Entries and explanations lie beside it in the mailbox.
@frozen
public struct WorkerAnswer: Sendable {
  /// Entries found, counted or removed.
  public var count: UInt32
  /// Bucket to go on with; 0: that was the last.
  public var next: UInt32
  /// The worker's time.
  public var now: Tick

  @_noLocks @inlinable @inline(__always)
  public init(count: UInt32, next: UInt32, now: Tick) {
    self.count = count
    self.next = next
    self.now = now
  }
}

/// Why a worker did not answer.
public enum MailboxError: Error, Equatable, Sendable {
  /// It has not looked at its mailbox in time: it is stopped, or stuck.
  case silent
  /// Others were being answered for all of the time.
  case busy
  /// The frame is longer than the mailbox takes.
  case frameTooLong(limit: Int)
  /// The packet buffers are used up.
  case noBuffer
}

extension MailboxError: CustomStringConvertible {
  /// One sentence for an operator.
  public var description: String {
    switch self {
    case .silent: "the worker has not answered in time: it has stopped or is overloaded"
    case .busy: "the worker is being asked other things: try again"
    case .frameTooLong(let limit): "a frame for a worker has at most \(limit) bytes"
    case .noBuffer: "there is no free packet buffer, or the port is not there"
    }
  }
}
