import Counters
import EAL
import Net
import Packet
import Tables

/// ARP, where the tables name addresses to look for (RFC 826, RFC 5227).
extension Worker {
  /// Answers requests for addresses that are Sluice's, and tells management what others say of addresses it knows.
  /// What is neither is nobody's.
  @_noLocks
  mutating func arp(
    _ frame: UnsafeMutablePointer<Frame>, fromClients: Bool, _ tables: UnsafePointer<ForwardingTables>
  ) {
    let (mbuf, data) = unsafe (frame.pointee.mbuf, frame.pointee.data)
    let mac = unsafe ports[Int(arrival.rawValue)].mac
    guard let message = unsafe ARP.parse(data, contiguous: mbuf.contiguousLength) else {
      return unsafe passARP(frame, fromClients: fromClients, tables)
    }
    let isHeard = unsafe hear(message, at: mac, tables)
    if let answer = unsafe arpAnswer(message, to: data, at: mac, fromClients: fromClients, tables) {
      unsafe ARP.answer(message, with: answer, in: data)
      return send(mbuf, to: arrival, as: .answered)
    }
    let isForUs = unsafe ARP.destination(of: data).rawValue == mac.rawValue
    guard isHeard, isForUs else { return unsafe passARP(frame, fromClients: fromClients, tables) }
    // It may be a twin's as well.
    if twinCount != 0, goesToTwin(mbuf) { return }
    drop(mbuf, .forSluice)
  }

  /// The MAC that a request is answered with; nil: it is not ours to answer. A host that tells of its own address asks
  /// nothing, and one whose address is a group's gets no answer.
  @_noLocks
  mutating func arpAnswer(
    _ message: ARPMessage, to frame: UnsafeMutableRawPointer, at port: MACAddress, fromClients: Bool,
    _ tables: UnsafePointer<ForwardingTables>
  ) -> MACAddress? {
    guard message.isRequest, message.senderAddress.rawValue != message.targetAddress.rawValue,
      !message.senderMAC.isGroup, !message.senderMAC.isZero, message.targetAddress.rawValue != 0
    else { return nil }
    var answer = port
    if let known = unsafe tables.pointee.addresses.entry(of: message.targetAddress), known.answers(clients: fromClients)
    {
      answer = known.mac(at: port)
    } else {
      // A borrowed address is defended against nobody: management itself probes for it first.
      guard message.targetAddress.rawValue == listener.rawValue, !message.isProbe else { return nil }
    }
    let asked = unsafe ARP.destination(of: frame)
    return asked.isGroup || asked.rawValue == answer.rawValue || asked.rawValue == port.rawValue ? answer : nil
  }

  /// Tells management of a host that claims an address which is a neighbour's or, in conflict with us, our own. Returns
  /// whether it is a neighbour's. Nobody on the clients' side says where a server is, and none is at one of our own ports,
  /// where frames to it would come back to us.
  @_noLocks
  private mutating func hear(
    _ message: ARPMessage, at port: MACAddress, _ tables: UnsafePointer<ForwardingTables>
  ) -> Bool {
    guard message.isClaim, !message.senderMAC.isGroup, !message.senderMAC.isZero else { return false }
    if message.senderAddress.rawValue == listener.rawValue {
      notices.put(.arp(message, arrival))
      return false
    }
    guard let known = unsafe tables.pointee.addresses.entry(of: message.senderAddress) else { return false }
    if known.isOwn {
      // Our own announcement, which a switch sends back to us or to another of our ports, is none.
      guard message.senderMAC.rawValue != known.mac(at: port).rawValue, !isOwn(message.senderMAC) else { return false }
      tally.add(.addressConflicts)
    } else {
      let port = unsafe ports[Int(arrival.rawValue)]
      // With one port for both sides servers are on the clients' side.
      let isServers = !port.side.facesClients || port.peer.rawValue == arrival.rawValue
      guard isServers, !isOwn(message.senderMAC) else { return false }
    }
    notices.put(.arp(message, arrival))
    return known.isNeighbour
  }

  /// Whether a link address is that of one of the ports.
  @_noLocks
  private mutating func isOwn(_ mac: MACAddress) -> Bool {
    for port in 0..<portCount where unsafe ports[port].mac.rawValue == mac.rawValue { return true }
    return false
  }
}
