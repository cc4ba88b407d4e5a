import Net
import Tables

/// Frames that are well-formed and no packet of a flow by themselves.
extension Worker {
  /// Settles what becomes of one. Not inlined: nearly all frames are others.
  ///
  /// - Returns: whether it turned out to be a packet of a flow after all, and goes on with the others of its burst.
  @_noLocks @inline(never)
  mutating func other(
    _ frame: UnsafeMutablePointer<Frame>, _ reason: PassReason, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    switch reason {
    case .tagged: return unsafe tagged(frame, fromClients: fromClients, tables)
    case .icmpError: unsafe error(frame, fromClients: fromClients, tables)
    case .fragment: unsafe fragment(frame, fromClients: fromClients, tables)
    case .arp where unsafe !tables.pointee.addresses.isEmpty: unsafe arp(frame, fromClients: fromClients, tables)
    case .arp: unsafe passARP(frame, fromClients: fromClients, tables)
    default: unsafe unmatched(frame.pointee.mbuf, reason, tables)
    }
    return false
  }
}
