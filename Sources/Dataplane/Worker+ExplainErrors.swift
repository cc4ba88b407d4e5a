import EAL
import Net
import Packet
import Tables

/// What would become of an ICMP error.
extension Worker {
  /// Asks what `error` asks.
  @_noLocks
  mutating func explainError(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    let quoted: ParsedFrame
    switch unsafe QuoteParser.parse(data, frame.pointee.parsed, contiguous: Int(frame.pointee.length)) {
    case .none: return unsafe unmatched(frame, .icmpError, tables)
    case .scattered: return unsafe verdict(.dropped(.headersNotContiguous), tables)
    case .packet(let packet): quoted = packet
    }
    guard unsafe isAboutService(frame, quoted, fromClients: fromClients, tables) else {
      return unsafe unmatched(frame, .icmpError, tables)
    }
    let client = unsafe fromClients ? frame.pointee.parsed.sourceEndpoint : frame.pointee.parsed.destinationEndpoint
    if let other = unsafe otherOwner(of: client, tables) { return other }
    if unsafe frame.pointee.claim.isByMAC, unsafe !isForVIP(frame, tables) {
      return unsafe verdict(.dropped(.wrongMAC), tables)
    }
    unsafe frame.pointee.buckets = sessions.buckets(for: client)
    let flow = unsafe quotedFlow(frame, fromClients: fromClients, tables)
    var explanation = unsafe verdict(fromClients ? .forwarded : .returned, tables)
    explanation.session = unsafe session(of: frame, tables)
    switch flow {
    case .killed: explanation.verdict = .dropped(.sessionKilled)
    case .nobody: return unsafe unmatched(explanation, frame, .icmpError, tables)
    case .of(let service, let backend, let frontend):
      explanation.service = service
      explanation.backend = backend
      return fromClients
        ? unsafe forwarded(explanation, frame, to: backend, tables)
        : unsafe returned(explanation, frame, to: frontend, tables)
    }
    return explanation
  }

  /// What a frame is, behind the tags that its port lets be balanced.
  @_noLocks
  mutating func outcome(
    _ frame: UnsafeMutablePointer<Frame>, _ data: UnsafeMutableRawPointer, _ length: UInt32
  ) -> ParseOutcome {
    let outcome = unsafe FrameParser.parse(
      data, contiguous: Int(length), length: length, into: &frame.pointee.parsed)
    guard case .other(let reason) = outcome, case .tagged = reason else { return outcome }
    switch unsafe ports[Int(arrival.rawValue)].tagAction {
    case .balance:
      return unsafe FrameParser.parseTagged(
        data, contiguous: Int(length), length: length, into: &frame.pointee.parsed)
    case .pass: return outcome
    case .drop: return .malformed(.tagged)
    }
  }
}
