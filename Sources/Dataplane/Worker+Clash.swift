import Counters
import EAL
import Net
import Packet
import Tables

/// A client's port that is in use with the chosen server already, by another road: another VIP with the same server
/// behind it, or the server itself. The server would see one flow where the client has two, and nobody could tell whose
/// its replies are. So the newcomer gets another server of its service, or, if there is none, is refused
/// (behaviours 21 and 22; docs/decisions).
extension Worker {
  /// Slots of the Maglev table in which another server is looked for: a server of one part in a hundred is found in
  /// nine cases of ten.
  private static var slotsBeside: Int { @_noLocks get { 256 } }

  /// Opens a session with another server than the choice, which `entry` names.
  @_noLocks
  mutating func openElsewhere(
    _ frame: UnsafeMutablePointer<Frame>, _ entry: SessionEntry, _ tables: UnsafePointer<ForwardingTables>
  ) {
    guard let other = unsafe elsewhere(than: entry, frame, tables),
      unsafe store(other, frame, tables).isStored
    else { return unsafe refuseClash(frame) }
    tally.add(.clashesAvoided)
    unsafe deliver(frame, to: tables.pointee.backend(of: other), tables)
  }

  /// The entry of the same flow with another server, with which the client does not use the port; the next in the order
  /// of the Maglev table, so that weights count.
  @_noLocks
  mutating func elsewhere(
    than entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> SessionEntry? {
    let service = unsafe tables.pointee.service(entry.service)
    var slot = unsafe tables.pointee.maglevSlot(of: service, for: entry.client)
    var last = entry.backend
    for _ in 0..<Self.slotsBeside {
      let backend = unsafe tables.pointee.nextChoice(of: service, after: &slot)
      guard backend.rawValue != last.rawValue else { continue }
      last = backend
      let record = unsafe tables.pointee.backend(service.pointee.record(of: backend))
      let other = unsafe SessionEntry(
        client: entry.client, serverPort: record.pointee.serverPort(for: entry.transport), service: entry.service,
        backend: backend, frontend: entry.frontend, kind: entry.kind, progress: entry.progress, now: clock.tick)
      if unsafe !isInUse(other, frame, tables) { return other }
    }
    return nil
  }

  /// Whether the client talks to the entry's server from its port already, by another road.
  @_noLocks
  mutating func isInUse(
    _ entry: SessionEntry, _ frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let stale = unsafe frame.pointee.place
    return unsafe hasTwin(of: entry, in: frame.pointee.buckets.first, isOver: false, except: stale, tables)
      || hasTwin(of: entry, in: frame.pointee.buckets.second, isOver: false, except: stale, tables)
  }

  /// The backend that a flow without a session gets, for frames that leave none: the choice, or where the port is in use
  /// with that, another.
  @_noLocks
  mutating func choiceBeside(
    _ frame: UnsafeMutablePointer<Frame>, _ index: ServiceIndex, _ choice: BackendIndex,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> BackendIndex? {
    let client = unsafe frame.pointee.parsed.sourceEndpoint
    let service = unsafe tables.pointee.service(index)
    let backend = unsafe tables.pointee.backend(service.pointee.record(of: choice))
    let entry = unsafe SessionEntry(
      client: client, serverPort: serverPort(of: frame, backend), service: index, backend: choice, frontend: arrival,
      kind: .flow, progress: SessionProgress(phase: .opening), now: clock.tick)
    guard unsafe isInUse(entry, frame, tables) else { return unsafe settled(entry, frame, tables) }
    return unsafe elsewhere(than: entry, frame, tables)?.backend
  }

  /// Whether a client that talks to a backend itself uses a port that is in use with it by another road; asked where
  /// such clients are remembered only.
  @_noLocks
  mutating func isInUse(
    directly frame: UnsafeMutablePointer<Frame>, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    let member = unsafe tables.pointee.membership(frame.pointee.claim.membership)
    let record = unsafe tables.pointee.service(member.service).pointee.record(of: member.backend)
    guard unsafe !tables.pointee.dropsUnmatched, unsafe tables.pointee.backend(record).pointee.state.isConfigured else {
      return false
    }
    let parsed = unsafe frame.pointee.parsed
    let entry = SessionEntry(
      client: parsed.sourceEndpoint, serverPort: parsed.destinationPort, service: member.service,
      backend: member.backend, frontend: arrival, kind: .direct, progress: SessionProgress(phase: .opening),
      now: clock.tick)
    return unsafe isInUse(entry, frame, tables)
  }

  /// Refuses a flow that nobody could tell from another: a TCP client hears so, as from a closed port.
  @_noLocks
  mutating func refuseClash(_ frame: UnsafeMutablePointer<Frame>) {
    tally.add(.clashesRefused)
    let mbuf = unsafe frame.pointee.mbuf
    guard unsafe !frame.pointee.parsed.event.isDatagram else { return drop(mbuf, .portInUse) }
    guard rejections.take() else { return drop(mbuf, .rejectRateLimited) }
    let length = unsafe Rejection.answer(
      frame.pointee.data, frame.pointee.parsed, contiguous: mbuf.contiguousLength, capacity: mbuf.capacity)
    guard length > 0 else { return drop(mbuf, .portInUse) }
    mbuf.setLength(length)
    send(mbuf, to: arrival, as: .answered)
  }
}
