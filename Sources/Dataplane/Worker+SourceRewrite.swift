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
    let frame = unsafe burst.spare
    for position in 0..<count {
      let mbuf = burst.mbufs[position]
      let outcome = unsafe read(mbuf, into: frame)
      guard unsafe mayRestore(frame) else { continue }
      _ = unsafe restoreDestination(frame, outcome, contiguous: mbuf.contiguousLength, tables)
    }
  }

  /// Whether a frame has no tags, or its port lets what is behind them be balanced.
  @_noLocks
  private mutating func mayRestore(_ frame: UnsafeMutablePointer<Frame>) -> Bool {
    guard unsafe frame.pointee.parsed.networkOffset > 14 else { return true }
    // The index of one of this worker's ports.
    switch unsafe ports[Int(arrival.rawValue)].tagAction {
    case .balance: return true
    case .pass, .drop: return false
    }
  }

  /// If a frame that was read is a server's and for an address that some client was given, it is now for the client.
  /// Returns the end it was for.
  @_noLocks
  mutating func restoreDestination(
    _ frame: UnsafeMutablePointer<Frame>, _ outcome: ParseOutcome, contiguous: Int,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    switch outcome {
    case .ports, .echoReply: unsafe restorePacket(frame, tables)
    case .other(.fragment): unsafe restoreFragment(frame, contiguous: contiguous, tables)
    case .other(.icmpError): unsafe restoreError(frame, contiguous: contiguous, tables)
    case .echoRequest, .other, .malformed: nil
    }
  }

  /// A packet from a service's backend, by both its ends.
  @_noLocks
  private mutating func restorePacket(
    _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    let parsed = unsafe frame.pointee.parsed
    let seen = parsed.destinationEndpoint
    guard let pair = unsafe tables.pointee.sourceRewrites.pair(to: seen.address),
      unsafe tables.pointee.endpoints.claim(of: parsed.sourceEndpoint).isBackend
    else { return nil }
    let delta = pair.delta.inverse
    unsafe Rewrite.destination(
      of: frame.pointee.data, parsed, to: pair.restored(seen.address), port: seen.port, addressDelta: delta,
      endpointDelta: delta)
    return seen
  }

  /// A fragment, by its addresses: with the first goes the checksum that covers them.
  @_noLocks
  private mutating func restoreFragment(
    _ frame: UnsafeMutablePointer<Frame>, contiguous: Int, _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    let (data, parsed) = unsafe (frame.pointee.data, frame.pointee.parsed)
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

  /// An ICMP error about a request, by the packet that it quotes: the client stands outside, and as the quote's source.
  @_noLocks
  private mutating func restoreError(
    _ frame: UnsafeMutablePointer<Frame>, contiguous: Int, _ tables: UnsafePointer<ForwardingTables>
  ) -> Endpoint? {
    let (data, parsed) = unsafe (frame.pointee.data, frame.pointee.parsed)
    guard case .packet(let quoted) = unsafe QuoteParser.parse(data, parsed, contiguous: contiguous),
      parsed.destination.rawValue == quoted.source.rawValue,
      let pair = unsafe tables.pointee.sourceRewrites.pair(to: quoted.source),
      unsafe tables.pointee.endpoints.claim(of: quoted.destinationEndpoint).isBackend
    else { return nil }
    let delta = pair.delta.inverse
    unsafe Rewrite.errorDestination(
      of: data, parsed, quoting: quoted, to: pair.restored(quoted.source), port: quoted.sourcePort,
      addressDelta: delta, endpointDelta: delta)
    return quoted.sourceEndpoint
  }

  /// An ICMP error about a reply, on its way to the server: the client stands as the quote's destination, and outside
  /// if the error is its own.
  @_noLocks
  mutating func rewriteSource(
    ofError frame: UnsafeMutablePointer<Frame>, quoting quoted: ParsedFrame, _ tables: UnsafePointer<ForwardingTables>
  ) {
    guard let pair = unsafe tables.pointee.sourceRewrites.pair(from: quoted.destination) else { return }
    unsafe Rewrite.errorSource(
      of: frame.pointee.data, frame.pointee.parsed, quoting: quoted, to: pair.rewritten(quoted.destination),
      port: quoted.destinationPort, addressDelta: pair.delta, endpointDelta: pair.delta)
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
    guard let copy = copy(of: mbuf) else { return }
    unsafe ARP.write(message, into: copy.data)
    pass(copy, .arp)
  }
}
