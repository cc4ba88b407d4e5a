import Counters
import EAL
import Net
import Packet
import Tables

/// Several frontends (behaviour 84): a session knows by which of them its client came; whatever else goes to the
/// clients' side has to be found a way. With one frontend nothing of this is asked.
extension Worker {
  /// Room for what crosses from the backend port, if there are several frontends.
  static func crossing(_ ports: [WorkerPort]) -> UnsafeMutablePointer<TransmitQueue>? {
    let frontends = ports.indices.filter { ports[$0].side.facesClients }
    guard frontends.count > 1, let first = frontends.first else { return nil }
    let queue = unsafe UnsafeMutablePointer<TransmitQueue>.allocateLines(capacity: 1)
    unsafe queue.initialize(to: TransmitQueue(device: 0, port: PortIndex(UInt8(first)), route: .crossing))
    return unsafe queue
  }

  /// The frontend that a client is behind: the only one; of several the one whose `clients` it is among, and of several
  /// such the one that says it most exactly. Nil: none.
  @_noLocks
  mutating func frontend(of client: IPv4Address) -> PortIndex? {
    if unsafe crossing == nil { return unsafe ports[Int(arrival.rawValue)].peer }
    var found: PortIndex? = nil
    var length = -1
    for position in 0..<portCount {
      // Below `portCount`; only frontends have clients.
      guard let clients = unsafe ports[position].clients, unsafe ports[position].side.facesClients,
        clients.contains(client), Int(clients.length) > length
      else { continue }
      found = PortIndex(UInt8(truncatingIfNeeded: position))
      length = Int(clients.length)
    }
    return found
  }

  /// What a server sends to a client that talks to it itself: unchanged, by the port that the client came in by.
  @_noLocks @inline(never)
  mutating func passDirect(_ mbuf: Mbuf, to port: PortIndex, _ tables: UnsafePointer<ForwardingTables>) {
    if unsafe crossing == nil || tables.pointee.dropsUnmatched { return unsafe unmatched(mbuf, .direct, tables) }
    if twinCount != 0, goesToTwin(mbuf) { return }
    send(mbuf, to: port, as: .passed(.direct))
  }

  /// Finds a way for everything that a burst from the backend port left to cross.
  @_noLocks
  mutating func spread(_ crossing: UnsafeMutablePointer<TransmitQueue>) {
    var position = 0
    for index in 0..<(unsafe crossing.pointee.runCount) {
      let run = unsafe crossing.pointee.run(at: index)
      for _ in 0..<run.count {
        spread(unsafe crossing.pointee.mbuf(at: position), as: run.verdict)
        position &+= 1
      }
    }
    unsafe crossing.pointee.forget()
  }

  @_noLocks
  private mutating func spread(_ mbuf: Mbuf, as verdict: Verdict) {
    guard let client = unsafe FrameParser.receiver(mbuf.data, contiguous: mbuf.contiguousLength) else {
      return flood(mbuf, as: verdict)
    }
    if let port = frontend(of: client) {
      send(mbuf, to: port, as: verdict)
    } else {
      drop(mbuf, .noFrontend)
    }
  }

  /// Out of every frontend: what is for nobody in particular, or for somebody whom only a link layer address names.
  @_noLocks
  private mutating func flood(_ mbuf: Mbuf, as verdict: Verdict) {
    var isFirst = true
    for position in 0..<portCount where unsafe ports[position].side.facesClients {
      let port = PortIndex(UInt8(truncatingIfNeeded: position))
      if isFirst {
        isFirst = false
        // The frame itself waits in its queue until this turn ends.
        send(mbuf, to: port, as: verdict)
      } else {
        sendCopy(of: mbuf, to: port, as: verdict)
      }
    }
  }
}
