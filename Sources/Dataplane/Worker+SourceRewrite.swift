import Counters
import EAL
import Net
import Packet
import Tables

/// Clients that servers see under addresses of another network (`source_rewrite`, behaviours 74 and 75). Stateless: the
/// session is always the real client's, and nothing here remembers anything. Out of line, and asked for only where the
/// tables have pairs.
extension Worker {
  /// Gives a request that is on its way to a backend the address under which servers see its client.
  @_noLocks @inline(never)
  mutating func rewriteSource(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let parsed = unsafe frame.pointee.parsed
    guard let pair = unsafe tables.pointee.sourceRewrites.pair(from: parsed.source) else { return }
    unsafe Rewrite.source(
      of: frame.pointee.data, parsed, to: pair.rewritten(parsed.source), port: parsed.sourcePort,
      addressDelta: pair.delta, endpointDelta: pair.delta)
  }

  /// The same for a fragment that has no transport header.
  @_noLocks
  mutating func rewriteSourceOfRest(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    let parsed = unsafe frame.pointee.parsed
    guard let pair = unsafe tables.pointee.sourceRewrites.pair(from: parsed.source) else { return }
    unsafe Rewrite.sourceAddress(
      of: frame.pointee.data, parsed, to: pair.rewritten(parsed.source), delta: pair.delta)
  }

  /// Gives the replies among the burst's frames their clients' own addresses back, before anybody looks at them.
  @_noLocks @inline(never)
  mutating func restoreDestinations(_ count: Int, _ tables: UnsafePointer<ForwardingTables>) {
    for position in 0..<count {
      let mbuf = burst.mbufs[position]
      _ = unsafe restoreDestination(
        mbuf.data, contiguous: mbuf.contiguousLength, length: mbuf.length, tables)
    }
  }

  /// If the frame is from a service's backend and for an address that some client was given, it is now for the client.
  /// Returns the end it was for.
  @_noLocks
  mutating func restoreDestination(
    _ data: UnsafeMutableRawPointer, contiguous: Int, length: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    var parsed = ParsedFrame()
    switch unsafe FrameParser.parse(data, contiguous: contiguous, length: length, into: &parsed) {
    case .ports, .echoReply: break
    case .other(.fragment): return unsafe restoreFragment(data, contiguous: contiguous, parsed, tables)
    case .echoRequest, .other, .malformed: return nil
    }
    let seen = parsed.destinationEndpoint
    guard let pair = unsafe tables.pointee.sourceRewrites.pair(to: seen.address),
      unsafe tables.pointee.endpoints.claim(of: parsed.sourceEndpoint).isBackend
    else { return nil }
    unsafe Rewrite.destination(
      of: data, parsed, to: pair.restored(seen.address), port: seen.port, addressDelta: pair.delta.inverse,
      endpointDelta: pair.delta.inverse)
    return seen
  }

  /// The same for a fragment, which is looked at by its addresses: with the first goes the checksum that covers them.
  @_noLocks
  private mutating func restoreFragment(
    _ data: UnsafeMutableRawPointer, contiguous: Int, _ parsed: ParsedFrame, _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    let header = unsafe FrameParser.fragment(data, parsed)
    guard let pair = unsafe tables.pointee.sourceRewrites.pair(to: header.destination),
      unsafe tables.pointee.claimed.isServer(header.source)
    else { return nil }
    let (client, delta) = (pair.restored(header.destination), pair.delta.inverse)
    var first = parsed
    if header.isFirst, case .ports = unsafe FrameParser.firstFragment(data, contiguous: contiguous, into: &first) {
      let seen = first.destinationEndpoint
      unsafe Rewrite.destination(
        of: data, first, to: client, port: seen.port, addressDelta: delta, endpointDelta: delta)
      return seen
    }
    unsafe Rewrite.destinationAddress(of: data, parsed, to: client, delta: delta)
    return Endpoint(header.destination, 0, .icmp)
  }

  /// ARP that is nobody's crosses; with pairs, so that servers find the clients under the addresses they see. A server's
  /// request for such an address becomes one for the client. The client's answer crosses as it is, and once more as that of
  /// the address (behaviour 75).
  @_noLocks
  mutating func passARP(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let mbuf = unsafe frame.pointee.mbuf
    guard unsafe tables.pointee.rewritesSources, unsafe !tables.pointee.dropsUnmatched,
      let message = unsafe ARP.parse(frame.pointee.data, contiguous: mbuf.contiguousLength),
      message.isRequest != fromClients
    else { return unsafe unmatched(mbuf, .arp, tables) }
    var other = message
    if fromClients {
      if let pair = unsafe tables.pointee.sourceRewrites.pair(from: message.senderAddress) {
        other.senderAddress = pair.rewritten(message.senderAddress)
        passCopy(of: mbuf, saying: other)
      }
    } else if let pair = unsafe tables.pointee.sourceRewrites.pair(to: message.targetAddress) {
      other.targetAddress = pair.restored(message.targetAddress)
      unsafe ARP.write(other, into: frame.pointee.data)
    }
    unsafe unmatched(mbuf, .arp, tables)
  }

  /// One more of an ARP frame, which says something else, across.
  @_noLocks
  private mutating func passCopy(of mbuf: Mbuf, saying message: ARPMessage) {
    tally.add(.copied)
    guard let copy = mbuf.copy() else { return tally.add(.noBuffer) }
    unsafe ARP.write(message, into: copy.data)
    pass(copy, .arp)
  }
}
