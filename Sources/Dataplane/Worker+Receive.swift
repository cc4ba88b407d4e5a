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
    let fromClients = select(.frontend, of: count)
    if fromClients > 0 { unsafe requests(fromClients, tables) }
    let fromServers = select(.backend, of: count)
    if fromServers > 0 { unsafe replies(fromServers, tables) }
    for position in 0..<count {
      let mark = unsafe burst.mixed[position].mark
      guard unsafe mark.pointee.reason == HandOverReason.transmit.rawValue else { continue }
      unsafe send(
        burst.mixed[position], to: PortIndex(mark.pointee.port), as: Verdict(rawValue: mark.pointee.verdict))
    }
    return count
  }

  /// Copies the handed-over frames of one side from the mixed burst to the working burst.
  @_noLocks
  private mutating func select(_ side: PortSide, of count: Int) -> Int {
    var selected = 0
    for position in 0..<count {
      let mark = unsafe burst.mixed[position].mark
      guard unsafe mark.pointee.reason == HandOverReason.flow.rawValue else { continue }
      // Marks are written by workers of the same port list.
      let port = unsafe PortIndex(mark.pointee.port)
      guard unsafe ports[Int(port.rawValue)].side.isFrontend == side.isFrontend else { continue }
      burst.mbufs[selected] = burst.mixed[position]
      unsafe burst.arrivals[selected] = port
      selected &+= 1
    }
    return selected
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
