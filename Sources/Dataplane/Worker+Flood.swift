import Counters
import Net
import Tables

/// Stateless mode: what is stored while new flows come as a flood.
extension Worker {
  /// Counts a flow that has no entry yet, and enters stateless mode with the one that is too many.
  @_noLocks @inline(__always)
  mutating func opened(_ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>) {
    if unsafe flood.open(frame.pointee.buckets, limit: tables.pointee.floodLimit) { tally.add(.statelessMode) }
  }

  /// A tick has passed: leaves stateless mode once the flood is over. Shown at once, as the loop may now be idle.
  @_noLocks
  mutating func watchFlood() {
    guard flood.advance(to: clock.tick) else { return }
    tally.add(.statelessMode, -1)
    tally.publish()
  }

  /// Whether a flow is left out of the table during a flood: the stateless choice finds it again from both sides, and
  /// nobody but its source vouches for it. A TCP server does, which after the handshake answers a stranger with a reset
  /// only; a datagram's server answers anybody.
  @_noLocks
  mutating func isLeftOut(_ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>) -> Bool {
    guard !entry.kind.isDirect, entry.progress.phase.isUnconfirmed || !entry.transport.isTCP else { return false }
    let service = unsafe tables.pointee.service(entry.service)
    guard unsafe !service.pointee.isEmpty,
      unsafe tables.pointee.choice(of: service, for: entry.client).rawValue == entry.backend.rawValue
    else { return false }
    // Of a server behind several VIPs the entry alone knows which was asked for; unless it returns directly.
    let address = unsafe address(of: entry, tables)
    let server = Endpoint(address, entry.serverPort, entry.transport)
    return unsafe address.rawValue == 0 || tables.pointee.endpoints.claim(of: server).isOneBackend
  }

  /// Counts a flow that is left out.
  @_noLocks
  mutating func leftOut(_ slot: BackendSlot) {
    tally.add(.sessionsLeftOut)
    backendTally.wentStateless(slot)
  }
}
