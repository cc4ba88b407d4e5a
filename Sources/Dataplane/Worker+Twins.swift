import Counters
import EAL
import Net
import Packet
import Tables

/// Kernel twins of ports (design decision D10): hosts on the ports' segments that are this machine's own kernel. What
/// nobody else takes and is for a twin's address goes to the kernel. What comes from there: `Worker+FromKernel.swift`.
extension Worker {
  /// Whether a frame that is no service's is a twin's, and on its way to the kernel. ARP for everybody is copied there,
  /// and goes on as well.
  @_noLocks @inline(never)
  mutating func goesToTwin(_ mbuf: Mbuf) -> Bool {
    guard let addressee = unsafe Addressee.of(mbuf.data, contiguous: mbuf.contiguousLength) else { return false }
    guard let address = addressee.address else { return false }
    let isForEverybody = addressee.isARP && addressee.destination.isGroup
    for index in 0..<twinCount {
      // Below `twinCount`.
      let twin = unsafe twins[index]
      guard twin.address.rawValue == address.rawValue else { continue }
      if isForEverybody {
        copy(mbuf, to: twin, from: addressee.source)
        return false
      }
      deliver(mbuf, to: twin, from: addressee.source)
      return true
    }
    if isForEverybody { announce(mbuf, from: addressee.source) }
    return false
  }

  /// The twin that has an address, for explanations.
  @_noLocks
  mutating func hasTwin(_ frame: UnsafeMutablePointer<Frame>) -> Bool {
    guard twinCount > 0 else { return false }
    let addressee = unsafe Addressee.of(frame.pointee.data, contiguous: Int(frame.pointee.length))
    guard let addressee, let address = addressee.address else { return false }
    if addressee.isARP, addressee.destination.isGroup { return false }
    for index in 0..<twinCount where unsafe twins[index].address.rawValue == address.rawValue { return true }
    return false
  }

  /// ARP that asks for somebody else, or announces: the kernel mends what it knows of its neighbours by it.
  @_noLocks
  private mutating func announce(_ mbuf: Mbuf, from source: MACAddress) {
    for index in 0..<twinCount {
      // Below `twinCount`.
      let twin = unsafe twins[index]
      let isNear = unsafe ports[Int(arrival.rawValue)].peer.rawValue == twin.side.rawValue
      if arrival.rawValue == twin.side.rawValue || isNear { copy(mbuf, to: twin, from: source) }
    }
  }

  /// A copy for the kernel; none while there is no buffer.
  @_noLocks
  private mutating func copy(_ mbuf: Mbuf, to twin: WorkerTwin, from source: MACAddress) {
    guard let copy = copy(of: mbuf) else { return }
    deliver(copy, to: twin, from: source)
  }

  /// To the kernel. The worker with the twin's queue notes by which port the sender is reached.
  @_noLocks
  private mutating func deliver(_ mbuf: Mbuf, to twin: WorkerTwin, from source: MACAddress) {
    switch unsafe ports[Int(twin.port.rawValue)].transmit {
    case .queue, .crossing: neighbors.note(source, at: arrival)
    case .ring: unsafe mbuf.mark.pointee.arrival = arrival.rawValue &+ 1
    }
    send(mbuf, to: twin.port, as: .toKernel)
  }

  /// Notes the sender of a frame that another worker sends to the kernel through this one.
  @_noLocks
  mutating func noteNeighbor(of mbuf: Mbuf) {
    let mark = unsafe mbuf.mark.pointee
    guard mark.verdict == Verdict.toKernel.rawValue, mark.arrival > 0,
      let addressee = unsafe Addressee.of(mbuf.data, contiguous: mbuf.contiguousLength)
    else { return }
    neighbors.note(addressee.source, at: PortIndex(mark.arrival &- 1))
  }
}
