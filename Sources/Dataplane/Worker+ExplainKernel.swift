import EAL
import Net
import Packet
import Tables

/// What would become of a frame of the kernel's, through a twin.
extension Worker {
  /// Nil: it is a request to a service as anybody's.
  @_noLocks
  mutating func explainFromKernel(
    _ data: UnsafeMutableRawPointer, _ length: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation? {
    var parsed = ParsedFrame()
    let claim = unsafe kernelClaim(data, contiguous: Int(length), length: length, &parsed, tables)
    guard claim.isService else { return unsafe explainOut(data, length, tables) }
    guard let backend = probed(by: parsed, claim) else { return nil }
    var explanation = unsafe verdict(.dropped(.noBackend), tables)
    explanation.service = claim.service
    guard let mac = unsafe probedMAC(backend, claim, tables) else { return explanation }
    explanation.verdict = .passed(.probe)
    explanation.backend = backend
    explanation.station = mac
    explanation.exit = unsafe ports[Int(arrival.rawValue)].peer
    return explanation
  }

  /// A frame that is no service's: answered, or for the segment.
  @_noLocks
  private mutating func explainOut(
    _ data: UnsafeMutableRawPointer, _ length: UInt32, _ tables: UnsafePointer<ForwardingTables>
  ) -> Explanation {
    if let request = unsafe ARP.request(in: data, contiguous: Int(length)),
      let mac = unsafe kernelAnswer(request, to: data, tables), !mac.isGroup
    {
      return unsafe verdict(.answered, tables)
    }
    var explanation = unsafe verdict(.passed(.fromKernel), tables)
    let side = unsafe twins[Int(arrival.rawValue) &- (portCount &- twinCount)].side
    let addressee = unsafe Addressee.of(data, contiguous: Int(length))
    if let addressee { explanation.exit = neighbors.side(of: addressee.destination) }
    if case .none = explanation.exit, unsafe ports[Int(side.rawValue)].peer.rawValue == side.rawValue {
      explanation.exit = side
    }
    return explanation
  }
}
