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
    let left = unsafe ports.pointee.stripsTags ? restoreTags(count) : count
    unsafe process(left, from: port, tables)
    return count
  }

  /// A burst from the other workers: frames of flows that this worker owns, and frames for transmit queues that
  /// it has.
  @_noLocks
  mutating func receiveFromRing(_ tables: UnsafePointer<ForwardingTables>) -> Int {
    guard workerCount > 1 else { return 0 }
    let count = burst.mixed.receive(from: inbox, limit: Burst.capacity)
    guard count > 0 else { return 0 }
    tally.add(.receivedFromRings, count)
    var left = unsafe sendFinished(count, tables)
    for port in 0..<portCount where left > 0 {
      let port = PortIndex(UInt8(truncatingIfNeeded: port))
      let chosen = choose(port, among: &left)
      if chosen > 0 { unsafe process(chosen, from: port, tables) }
    }
    return count
  }

  /// Sends those of the mixed burst that another worker has finished, goes on with those of which it has found something
  /// out, and closes the gaps.
  ///
  /// - Returns: the number of frames left.
  @_noLocks
  private mutating func sendFinished(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) -> Int {
    var left = 0
    for position in 0..<count {
      let mbuf = burst.mixed[position]
      let mark = unsafe mbuf.mark.pointee
      if mark.reason == HandOverReason.transmit.rawValue {
        if twinCount != 0 { noteNeighbor(of: mbuf) }
        send(mbuf, to: PortIndex(mark.port), as: Verdict(rawValue: mark.verdict))
      } else if mark.reason != HandOverReason.flow.rawValue {
        unsafe takeOver(mbuf, tables)
      } else {
        // `left` never overtakes `position`.
        burst.mixed[left] = mbuf
        left &+= 1
      }
    }
    return left
  }

  /// Moves those that came in by one port from the mixed burst to the working one, and closes the gaps. Workers have
  /// the same list of ports, so every frame is of one of them.
  @_noLocks
  private mutating func choose(_ port: PortIndex, among count: inout Int) -> Int {
    var left = 0
    var chosen = 0
    for position in 0..<count {
      let mbuf = burst.mixed[position]
      if unsafe mbuf.mark.pointee.port == port.rawValue {
        burst.mbufs[chosen] = mbuf
        chosen &+= 1
      } else {
        burst.mixed[left] = mbuf
        left &+= 1
      }
    }
    count = left
    return chosen
  }

  /// Works on the first `count` frames of the burst, which came in by one port.
  @_noLocks
  private mutating func process(_ count: Int, from port: PortIndex, _ tables: UnsafePointer<ForwardingTables>) {
    // Below `portCount`.
    let settings = unsafe ports + Int(port.rawValue)
    arrival = port
    unsafe across = unsafe transmitQueues + Int(settings.pointee.peer.rawValue)
    switch unsafe settings.pointee.side {
    case .frontend: unsafe requests(count, tables)
    case .backend:
      guard let crossing = unsafe crossing else { return unsafe replies(count, tables) }
      unsafe across = unsafe crossing
      unsafe replies(count, tables)
      unsafe spread(crossing)
    case .kernel: unsafe fromKernel(count, tables)
    }
  }

  /// Reads every frame of the burst, and finds out whose it is and which worker owns its flow. What is not
  /// balanced here leaves at once; the rest is left in `burst.frames`, and the line where its session should be is on
  /// its way to the cache.
  ///
  /// - Returns: the number of frames left.
  @_noLocks @inline(__always)
  mutating func classify(_ count: Int, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>) -> Int {
    for position in 0..<count { burst.mbufs[position].prefetchData() }
    if unsafe tables.pointee.endpoints.isLarge { unsafe prefetchClaims(count, fromClients: fromClients, tables) }
    let isOnlyWorker = workerCount == 1
    // The first that is free; never beyond that of the mbuf in hand.
    var frame = unsafe burst.frames
    var mbufs = burst.mbufs.slots(from: 0)
    // Not over a range, which a loop that goes on early tests twice.
    var left = count
    while left > 0 {
      left &-= 1
      let mbuf = mbufs.take()
      let data = unsafe mbuf.data
      let length = mbuf.length
      unsafe frame.pointee.mbuf = mbuf
      unsafe frame.pointee.data = data
      unsafe frame.pointee.length = length
      let isPlain = unsafe FrameParser.parsePlain(
        data, contiguous: mbuf.contiguousLength, length: Int(length), into: &frame.pointee.parsed)
      guard unsafe isPlain || goesOn(frame, fromClients: fromClients, tables) else { continue }
      let source = unsafe frame.pointee.parsed.sourceEndpoint
      let destination = unsafe frame.pointee.parsed.destinationEndpoint
      let client = fromClients ? source : destination
      let known = unsafe tables.pointee.endpoints.nearClaim(of: fromClients ? destination : source)
      guard let claim = unsafe known ?? claimOfOther(frame, fromClients: fromClients, tables) else { continue }
      if !fromClients && !claim.isBackend {
        unsafe unmatched(frame.pointee.mbuf, .noService, tables)
        continue
      }
      guard unsafe isOnlyWorker || isOwn(client, frame) else { continue }
      let buckets = sessions.buckets(for: client)
      sessions.prefetchBucket(buckets.first)
      unsafe frame.pointee.claim = claim
      unsafe frame.pointee.buckets = buckets
      unsafe frame += 1
    }
    return unsafe frame - burst.frames
  }

  /// Asks for what says whose the frames are: with thousands of services that is in no cache.
  @_noLocks
  private mutating func prefetchClaims(
    _ count: Int, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    for position in 0..<count {
      let frame = unsafe burst.mbufs[position].data
      unsafe tables.pointee.endpoints.prefetch(FrameParser.likelyEndpoint(frame, isDestination: fromClients))
    }
  }

  /// Whether a frame that is not as nearly all are goes on; if not it has left.
  @_noLocks @inline(never)
  private mutating func goesOn(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let outcome = unsafe FrameParser.parseAny(
      frame.pointee.data, contiguous: frame.pointee.mbuf.contiguousLength, length: frame.pointee.length,
      into: &frame.pointee.parsed)
    return unsafe isBalanced(outcome, frame, fromClients: fromClients, tables)
  }

  /// Whose a frame is that is not found where the search begins; nil if it is nobody's and has left.
  @_noLocks @inline(__always)
  private mutating func claimOfOther(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) -> EndpointClaim? {
    let parsed = unsafe frame.pointee.parsed
    let end = fromClients ? parsed.destinationEndpoint : parsed.sourceEndpoint
    var claim = unsafe tables.pointee.endpoints.farClaim(of: end)
    if claim.isNobody, fromClients, unsafe tables.pointee.hasAnyPort {
      claim = unsafe tables.pointee.endpoints.claimOfAnyPort(of: end)
    }
    if !claim.isNobody { return claim }
    unsafe unmatched(frame.pointee.mbuf, .noService, tables)
    return nil
  }

  /// Whether the frame goes on; if not it has left. An echo is balanced in one direction only: a request
  /// from a client, a reply from a server.
  @_noLocks
  mutating func isBalanced(
    _ outcome: ParseOutcome, _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    switch outcome {
    case .ports: return true
    case .echoRequest where fromClients:
      if unsafe tables.pointee.answersEchoes, unsafe settleEcho(frame, tables) { return false }
      if unsafe tables.pointee.hasByMAC { unsafe ignoreIdentifier(frame, tables) }
      return true
    case .echoReply where !fromClients: return true
    case .echoRequest, .echoReply:
      unsafe unmatched(frame.pointee.mbuf, .otherICMP, tables)
    case .other(let reason): return unsafe other(frame, reason, fromClients: fromClients, tables)
    case .malformed(let reason): unsafe drop(frame.pointee.mbuf, reason)
    }
    return false
  }
}
