import Counters
import EAL
import Net
import Packet
import Tables

extension Worker {
  /// A burst from one port's queue, if this worker polls one.
  @_noLocks
  mutating func receive(from port: PortIndex, _ tables: UnsafePointer<ForwardingTables>) -> Int {
    // Below `portCount`.
    let ports = unsafe self.ports + Int(port.rawValue)
    guard let queue = unsafe ports.pointee.receiveQueue else { return 0 }
    let count = unsafe burst.mbufs.receive(port: ports.pointee.device, queue: queue, limit: Burst.capacity)
    guard count > 0 else { return 0 }
    tally.add(.receivedFromPorts, count)
    unsafe burst.arrivals.update(repeating: port, count: count)
    switch unsafe ports.pointee.side {
    case .frontend: unsafe requests(count, tables)
    case .backend: unsafe replies(count, tables)
    }
    return count
  }

  /// A burst from the other workers: frames of flows that this worker owns, from either side, and frames
  /// for transmit queues that it has.
  @_noLocks
  mutating func receiveFromRing(_ tables: UnsafePointer<ForwardingTables>) -> Int {
    guard workerCount > 1 else { return 0 }
    let count = burst.mixed.receive(from: inbox, limit: Burst.capacity)
    guard count > 0 else { return 0 }
    tally.add(.receivedFromRings, count)
    let (fromClients, fromServers) = sort(count)
    if fromClients > 0 { unsafe requests(fromClients, tables) }
    if fromServers > 0 {
      for position in 0..<fromServers {
        burst.mbufs[position] = burst.mixed[position]
        // Marks are written by workers of the same port list.
        unsafe burst.arrivals[position] = PortIndex(burst.mixed[position].mark.pointee.port)
      }
      unsafe replies(fromServers, tables)
    }
    return count
  }

  /// Sorts the mixed burst before any of it is worked on, since a frame that has left may be anybody's: frames
  /// of clients go to the working burst, those of servers to the front of the mixed one, and
  /// frames that another worker has finished out of their port.
  @_noLocks
  private mutating func sort(_ count: Int) -> (fromClients: Int, fromServers: Int) {
    var fromClients = 0
    var fromServers = 0
    for position in 0..<count {
      let mbuf = burst.mixed[position]
      let mark = unsafe mbuf.mark.pointee
      let port = PortIndex(mark.port)
      if mark.reason == HandOverReason.transmit.rawValue {
        send(mbuf, to: port, as: Verdict(rawValue: mark.verdict))
      } else if unsafe ports[Int(port.rawValue)].side.isFrontend {
        burst.mbufs[fromClients] = mbuf
        unsafe burst.arrivals[fromClients] = port
        fromClients &+= 1
      } else {
        // `fromServers` never overtakes `position`.
        burst.mixed[fromServers] = mbuf
        fromServers &+= 1
      }
    }
    return (fromClients, fromServers)
  }

  /// Reads every frame of the burst. What is not balanced leaves at once; the rest is left in
  /// `burst.frames`, and the line that says whose it is on its way to the cache.
  ///
  /// - Returns: the number of frames left.
  @_noLocks @inline(__always)
  mutating func parse(_ count: Int, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>) -> Int {
    for position in 0..<count { burst.mbufs[position].prefetchData() }
    var kept = 0
    for position in 0..<count {
      let mbuf = burst.mbufs[position]
      // `kept` never overtakes `position`.
      let frame = unsafe burst.frames + kept
      unsafe frame.pointee.mbuf = mbuf
      unsafe frame.pointee.arrival = burst.arrivals[position]
      unsafe frame.pointee.length = mbuf.length
      let outcome = unsafe FrameParser.parse(
        mbuf.data, contiguous: mbuf.contiguousLength, length: mbuf.length, into: &frame.pointee.parsed)
      guard unsafe isBalanced(outcome, frame, fromClients: fromClients, tables) else { continue }
      let endpoint = unsafe fromClients ? frame.pointee.parsed.destinationEndpoint : frame.pointee.parsed.sourceEndpoint
      unsafe tables.pointee.endpoints.prefetchSlot(of: endpoint)
      kept &+= 1
    }
    return kept
  }

  /// Whether the frame goes on; if not it has left. An echo is balanced in one direction only: a request
  /// from a client, a reply from a server.
  @_noLocks @inline(__always)
  private mutating func isBalanced(
    _ outcome: ParseOutcome, _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    switch outcome {
    case .ports: return true
    case .echoRequest where fromClients: return true
    case .echoReply where !fromClients: return true
    case .echoRequest, .echoReply:
      unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, .otherICMP, tables)
    case .other(let reason): unsafe unmatched(frame.pointee.mbuf, from: frame.pointee.arrival, reason, tables)
    case .malformed(let reason): unsafe drop(frame.pointee.mbuf, reason)
    }
    return false
  }
}
