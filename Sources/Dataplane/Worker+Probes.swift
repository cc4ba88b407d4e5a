import Counters
import EAL
import Net
import Packet
import Tables

/// Probes of the servers of `dsr` services (behaviour 70): what management sends from a kernel twin's address to a VIP, by
/// a source port that names the server (`ProbePorts`). It goes to that server's MAC address, whatever its state and share
/// are, and leaves no session behind; the server answers the twin as it does any client. Nobody else can choose a server
/// so: only frames that come from the twin itself are looked at.
extension Worker {
  /// Sends a frame of the kernel's to the server that it probes. False: it is no probe.
  @_noLocks
  mutating func sendProbe(
    _ mbuf: Mbuf, _ parsed: ParsedFrame, _ claim: EndpointClaim, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    guard let backend = probed(by: parsed, claim) else { return false }
    guard let mac = unsafe probedMAC(backend, claim, tables) else {
      drop(mbuf, .noBackend)
      return true
    }
    // The peer of a port is one of the list.
    let exit = unsafe ports[Int(arrival.rawValue)].peer
    let own = unsafe ports[Int(exit.rawValue)].mac
    unsafe EthernetAddresses.write(mbuf.data, destination: mac, source: own)
    send(mbuf, to: exit, as: .passed(.probe))
    return true
  }

  /// The server that a frame from the twin in hand probes; nil: it is no probe.
  @_noLocks
  mutating func probed(by parsed: ParsedFrame, _ claim: EndpointClaim) -> BackendIndex? {
    guard claim.isByMAC else { return nil }
    // Another source than the twin's own is somebody's whose frames the kernel forwards.
    let twin = unsafe twins[Int(arrival.rawValue) &- (portCount &- twinCount)]
    guard parsed.source.rawValue == twin.address.rawValue else { return nil }
    return ProbePorts.backend(of: parsed.sourcePort)
  }

  /// Where that server is; nil: it is not known, or there is none of this index.
  @_noLocks
  mutating func probedMAC(
    _ backend: BackendIndex, _ claim: EndpointClaim, _ tables: UnsafePointer<ForwardingTables>
  ) -> MACAddress? {
    let count = unsafe tables.pointee.service(claim.service).pointee.recordCount
    guard UInt32(backend.rawValue) < count else { return nil }
    let record = unsafe tables.pointee.backend(claim.record(of: backend))
    guard unsafe record.pointee.state.isConfigured, unsafe !record.pointee.mac.isZero else { return nil }
    return unsafe record.pointee.mac
  }
}
